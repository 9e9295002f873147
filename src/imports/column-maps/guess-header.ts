// Finds the header of a table that no one has described, and its row of points possible.
import { numberOf } from '../sources/text-values.ts'
import { HEADER_MAX } from './map-values.ts'
import { amountIn, isPointsLabel, meaningOf } from './column-words.ts'
import { isClearDueLabel, isDay, isDueLabel } from './due-dates.ts'
import type { SampleRow } from './sample-rows.ts'

/** The header is among this many rows that are not blank. */
const ROWS_LOOKED_AT = 30
/** The row of points possible is at most this many rows away from the header. */
const POINTS_ROWS_AWAY = 3
/** The row of due dates is at most this many rows away from the header. */
const DUE_ROWS_AWAY = { above: 6, below: 3 }
/** Most cells of a row that are looked at for a header. */
const CELLS_LOOKED_AT = 500

/** The index of the header among the rows. Undefined: no row can be one. */
export function guessHeader (rows: readonly SampleRow[]): number | undefined {
  const looked = rows.slice(0, ROWS_LOOKED_AT).filter(({ line }) => line <= HEADER_MAX)
  const widths = looked.map(({ cells }) => widthOf(cells))
  const widest = Math.max(0, ...widths)
  let best: { at: number, score: number } | undefined
  for (const [at, { cells }] of looked.entries()) {
    const filled = cells.slice(0, CELLS_LOOKED_AT).filter((cell) => cell !== '')
    if (filled.length < 2) continue
    // "Class:" is a label of the next cell.
    const uses = new Set(filled.map((cell) => cell.endsWith(':') ? undefined : meaningOf(cell).identity?.use))
    uses.delete(undefined)
    const numbers = filled.filter((cell) => numberOf(cell) !== undefined).length
    const isData = filled.some((cell) => cell.includes('@'))
    const isNarrow = (widths[at] ?? 0) < Math.max(0, ...widths.slice(at + 1))
    const score = 4 * Math.min(uses.size, 3) + 3 * (widths[at] ?? 0) / widest - 2 * numbers / filled.length -
      (isData ? 3 : 0) - (isNarrow ? 2 : 0) - (cells.some(isPointsLabel) && uses.size === 0 ? 2 : 0)
    if (best === undefined || score > best.score) best = { at, score }
  }
  return best?.at
}

/**
 * The index of the row of points possible. It has a label such as "Points possible", or it is next to the
 * header, names no one, and no score of the first rows is above its points. `people`: the indexes of columns
 * that are about people.
 */
export function guessPointsRow (
  rows: readonly SampleRow[], header: number, people: readonly number[]
): number | undefined {
  const part = (from: number, to: number) => rows.slice(from, to).map((row, at) => [row, from + at] as const)
  const near = part(header + 1, header + 1 + POINTS_ROWS_AWAY)
  const before = part(Math.max(0, header - POINTS_ROWS_AWAY), header)
  const candidates = [...near, ...before].filter(([{ line }]) => line <= HEADER_MAX)
  for (const [{ cells }, at] of candidates) {
    if (!cells.some(isPointsLabel)) continue
    const others = cells.filter((cell, column) => {
      return cell !== '' && !isPointsLabel(cell) && !people.includes(column)
    })
    const amounts = others.filter(isAmount)
    if (amounts.length > 0 && 2 * amounts.length >= others.length) return at
  }
  for (const [{ cells }, at] of candidates) {
    if (Math.abs(at - header) > 1 || people.length === 0) continue
    const amounts = cells.flatMap((cell, column) => cell === '' ? [] : [{ cell, column }])
    if (amounts.length === 0 || people.some((column) => (cells[column] ?? '') !== '')) continue
    if (!amounts.every(({ cell }) => isAmount(cell))) continue
    const following = rows.slice(Math.max(at, header) + 1)
    const fits = amounts.every(({ cell, column }) => {
      return following.every((row) => !((numberOf(row.cells[column] ?? '') ?? 0) > Number(amountIn(cell))))
    })
    if (fits) return at
  }
  return undefined
}

/**
 * The index of the row of due dates: apart from a label, all of its cells are dates, and it names no person.
 * -1: there is none. `people`: as for `guessPointsRow`.
 */
export function guessDueRow (
  rows: readonly SampleRow[], header: number, people: readonly number[]
): number {
  const near = (at: number) => at !== header && at >= header - DUE_ROWS_AWAY.above &&
    at <= header + DUE_ROWS_AWAY.below
  return rows.findIndex(({ line, cells }, at) => {
    if (!near(at) || line > HEADER_MAX) return false
    const others = cells.filter((cell, column) => {
      return cell !== '' && !isDueLabel(cell) && !people.includes(column)
    })
    const isPerson = people.some((column) => (cells[column] ?? '') !== '' && !isDueLabel(cells[column] ?? ''))
    const isEnough = others.length > 1 || (others.length === 1 && cells.some(isClearDueLabel))
    return !isPerson && isEnough && others.every(isDay)
  })
}

function isAmount (cell: string): boolean {
  return cell === '%' || cell === '100%' || (numberOf(amountIn(cell)) ?? 0) > 0
}

/** With the last cell that is not blank. */
function widthOf (cells: readonly string[]): number {
  return cells.findLastIndex((cell) => cell !== '') + 1
}
