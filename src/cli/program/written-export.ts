// What `perfbook export` says about the file that it made.
import { counted } from '../../counted.ts'
import { exportResult } from '../../exports/export.job.ts'
import type { Choice, Receipt } from '../../exports/receipts.ts'
import { oneLine, type Printer } from './printer.ts'

/** Titles in a line for people. */
const MOST_TITLES = 5

/** A file, with what it does not have and what to choose where it is imported. */
export interface WrittenExport {
  path: string
  receipts: Receipt[]
  choices?: Choice[]
}

/** The file of a job that has succeeded; `result` as it is stored. */
export function writtenByJob (path: string, result: string | null): WrittenExport {
  const { receipts = [], choices } = exportResult(result) ?? {}
  return { path, receipts, ...(choices === undefined ? {} : { choices }) }
}

/** For programs: receipts and choices only if there are any, as for a workbook, which has none. */
export function exportJson ({ path, receipts, choices }: WrittenExport): object {
  return { path, ...(receipts.length > 0 && { receipts }), ...(choices !== undefined && { choices }) }
}

/** For people: one line for each receipt, and one for each choice. */
export function printRemarks (printer: Printer, { receipts, choices = [] }: WrittenExport): void {
  for (const receipt of receipts) printer.write(`note: ${oneLine(receiptText(receipt))}\n`)
  if (choices.length === 0) return
  printer.write('Where you import the file, choose:\n')
  for (const { field, choice } of choices) printer.write(`  ${oneLine(field)}: ${oneLine(choice)}\n`)
}

function receiptText ({ message, count, students, tasks, titles }: Receipt): string {
  const about = [
    ...(students === 0 ? [] : [counted(students, 'student')]),
    ...(tasks === 0 ? [] : [counted(tasks, 'task')]),
  ]
  const times = counted(count, 'time')
  // A single task or student for each time it came up: the number says it already.
  const amount = about.length === 2 || about.length === 0 ? [times, ...about] : about
  const shown = titles.slice(0, MOST_TITLES)
  const named = shown.length === 0 ? '' : `: ${shown.join(', ')}${tasks > shown.length ? ', …' : ''}`
  return `${message} (${amount.join(', ')}${named})`
}
