// Titles of tasks that are not, or not only, in the row of the header: below it under names of groups
// ("Homework" over "1" and "2"), or above it; and what the lines above a table of one assignment say of it.
import { dayOf, numberOf } from '../sources/text-values.ts'
import type { ColumnChoice } from './column-map.ts'
import { areCategories } from './guess-categories.ts'
import type { SampleRow } from './sample-rows.ts'

/** The row of titles is at most this many rows above the header, or this many below it. */
const ROWS_AWAY = { above: 6, below: 2 }
const TITLE_MAX = 100
/** The label of a row that has something else than titles. */
const NO_TITLES = /^(categor|kategorie|type|typ|tipo|art|weight|gewicht|peso|term|standard)/i

export interface GuessedTitle {
  title: string
  /** The group that the header names. */
  category?: string
}

interface Looked {
  rows: readonly SampleRow[]
  /** The index of the header. */
  header: number
  /** The indexes of columns about people. */
  people: readonly number[]
  /** The row of points possible. */
  points: SampleRow | undefined
  /** The row of due dates. */
  due: SampleRow | undefined
  students: readonly SampleRow[]
}

/** The titles of columns, by their indexes, if the header has none for some columns with values. */
export function guessTitles (
  { rows, header, people, points, due, students }: Looked
): Map<number, GuessedTitle> {
  const names = rows[header]?.cells ?? []
  const width = Math.max(0, ...students.map(({ cells }) => cells.length))
  const unnamed = Array.from({ length: width }, (_, at) => at).filter((at) => {
    return (names[at] ?? '') === '' && students.some(({ cells }) => (cells[at] ?? '') !== '')
  })
  const below = rows.slice(header + 1, header + 1 + ROWS_AWAY.below)
  const above = rows.slice(Math.max(0, header - ROWS_AWAY.above), header).reverse()
  const near = [...below, ...above].filter((row) => row !== points && row !== due)
  const candidates = unnamed.length === 0 || people.length === 0
    ? []
    : near.filter((row) => areTitles(row, { unnamed, people, names }))
  // A row of categories looks like a row of titles if no category is repeated.
  const found = candidates.find((row) => !areCategories(row, people)) ?? candidates[0]
  if (found === undefined) return groupedTitles(rows[header - 1], names, people)
  const isBelow = below.includes(found)
  const titles = new Map<number, GuessedTitle>()
  let group = ''
  for (const [at, title] of found.cells.entries()) {
    if ((names[at] ?? '') !== '') group = groupIn(names[at] ?? '')
    const isNamed = !isBelow && (names[at] ?? '') !== ''
    if (title === '' || people.includes(at) || isNamed) continue
    const isNumber = numberOf(title) !== undefined
    titles.set(at, {
      title: isBelow && isNumber ? `${group} ${title}` : title,
      ...(isBelow && group !== '' ? { category: group } : {}),
    })
  }
  return titles
}

/** Names such as "1" and "2" under groups in the row above, each over its first column. */
function groupedTitles (
  above: SampleRow | undefined, names: readonly string[], people: readonly number[]
): Map<number, GuessedTitle> {
  const titles = new Map<number, GuessedTitle>()
  let group = ''
  for (const [at, name] of names.entries()) {
    const over = above?.cells[at] ?? ''
    if (over !== '') group = groupIn(over)
    const isVague = numberOf(name) !== undefined || names.indexOf(name) !== names.lastIndexOf(name)
    if (group === '' || name === '' || people.includes(at) || !isVague) continue
    titles.set(at, { title: `${group} ${name}`, category: group })
  }
  return titles
}

interface Titles { unnamed: readonly number[], people: readonly number[], names: readonly string[] }

/** Whether a row has a title of its own for each column that the header does not name. */
function areTitles ({ cells }: SampleRow, { unnamed, people, names }: Titles): boolean {
  if (people.some((at) => (cells[at] ?? '') !== '')) return false
  const isLabel = (cell: string) => cell.length <= TITLE_MAX && cell.endsWith(':')
  if (cells.some((cell) => isLabel(cell) && NO_TITLES.test(cell))) return false
  const found = unnamed.map((at) => ({ title: cells[at] ?? '', group: groupOf(at, names) }))
  const isTitle = ({ title, group }: { title: string, group: string }) => {
    if (title === '' || title.length > TITLE_MAX || isDate(title)) return false
    return group !== '' || numberOf(title) === undefined
  }
  return found.every(isTitle) && new Set(found.map((one) => JSON.stringify(one))).size === found.length
}

function groupOf (at: number, names: readonly string[]): string {
  return groupIn(names.slice(0, at + 1).findLast((name) => name !== '') ?? '')
}

function groupIn (cell: string): string {
  return cell.length > TITLE_MAX || numberOf(cell) !== undefined || isDate(cell) ? '' : cell
}

function isDate (text: string): boolean {
  return dayOf(text, 'mdy') !== undefined || dayOf(text, 'dmy') !== undefined
}

const LABELS = {
  title: /^(assignment|task|activity|assessment|test|quiz|title|tarea|actividad|aufgabe)( (name|title))?:?$/i,
  points: /^(points? possible|possible( points)?|max(imum)?\.?( (points|score))?|total points|out of):?$/i,
  due: /^(due( date)?|date due):?$/i,
}

/** What the lines above the header of a table with the scores of one task say about the task. */
export function guessSingleTask (above: readonly SampleRow[]): Pick<
  ColumnChoice, 'title' | 'points_possible' | 'due_on'
> {
  const valueOf = (label: RegExp) => {
    const row = above.find(({ cells: [first = ''] }) => first.length <= TITLE_MAX && label.test(first))
    return row?.cells.slice(1).find((cell) => cell !== '') ?? ''
  }
  const title = valueOf(LABELS.title)
  const points = numberOf(valueOf(LABELS.points)) ?? 0
  const dueOn = dayOf(valueOf(LABELS.due))
  return {
    ...(title === '' || title.length > TITLE_MAX ? {} : { title }),
    ...(points > 0 ? { points_possible: points } : {}),
    ...(dueOn === undefined ? {} : { due_on: dueOn }),
  }
}
