// Keeps a guess small enough for the result of a job.
import { shorten } from '../../short-text.ts'
import type { ColumnChoice } from './column-map.ts'
import type { SampleRow } from './sample-rows.ts'
import type { PreviewRow } from './table-guess.ts'

/** Most characters of a guess as JSON: the result of a job is bounded. */
const JSON_MAX = 80_000
const PREVIEW = { rows: 10, columns: 50, characters: 60, json: 36_000 }

/** As many of the columns as fit, in their order. Those that are left out of the import are dropped first. */
export function bounded (choices: ColumnChoice[]): ColumnChoice[] {
  let left = JSON_MAX
  const kept = new Set<ColumnChoice>()
  const isLeftOut = ({ use }: ColumnChoice) => use === 'left_out'
  for (const choice of [...choices.filter((one) => !isLeftOut(one)), ...choices.filter(isLeftOut)]) {
    left -= JSON.stringify(choice).length + 1
    if (left < 0) break
    kept.add(choice)
  }
  return choices.filter((choice) => kept.has(choice))
}

/** The first rows of a table, cut to what fits. */
export function previewOf (rows: readonly SampleRow[]): PreviewRow[] {
  const preview: PreviewRow[] = []
  let left = PREVIEW.json
  for (const { line, cells } of rows.slice(0, PREVIEW.rows)) {
    const row = {
      line,
      cells: cells.slice(0, PREVIEW.columns).map((cell) => shorten(cell, PREVIEW.characters).toWellFormed()),
    }
    // A control character takes six characters in JSON.
    left -= JSON.stringify(row).length
    if (left < 0) break
    preview.push(row)
  }
  return preview
}
