// Workbooks as openpyxl reads them: a reader that is not ours.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { findOpenpyxl, pathOf } from './tools.ts'

export type CellValue = string | number | boolean | null | { date: string }

export interface ReadSheet {
  name: string
  /** By address; formulas as their stored value. */
  cells: Record<string, CellValue>
  /** openpyxl's letters: s text, n number, d date, … */
  kinds: Record<string, string>
  formats: Record<string, string>
  looks: Record<string, { bold: boolean, italic: boolean, underline: boolean, color: string | null }>
  formulas: Record<string, string>
  freeze: string | null
  filter: string | null
  orientation: string | null
  fitToWidth: number | null
  fitToHeight: number | null
  fitToPage: boolean
  titleRows: string | null
  titleColumns: string | null
  widths: Record<string, number>
  dimension: string
}

export interface ReadWorkbook {
  active: string
  title: string | null
  creator: string | null
  created: string | null
  sheets: ReadSheet[]
}

/** Reads workbooks in one call. Throws what openpyxl throws, for any of them. */
export function readWithOpenpyxl (files: string[]): Map<string, ReadWorkbook> {
  const script = fileURLToPath(new URL('openpyxl-read.py', import.meta.url))
  const run = spawnSync(pathOf(findOpenpyxl()), [script], {
    input: JSON.stringify(files),
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  if (run.status !== 0) throw new Error(`openpyxl cannot read a workbook: ${run.stderr.slice(-2000)}`)
  return new Map(Object.entries(JSON.parse(run.stdout) as Record<string, ReadWorkbook>))
}

/** Text with Excel's escapes (`_x000D_`) undone, which openpyxl leaves as they are. */
export function decoded (text: string): string {
  return text.replace(
    /_x([0-9A-Fa-f]{4})_/g,
    (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))
  )
}
