// What the table in a file of an office may be. In a workbook, the sheet that fits the course best.
import { Enough } from '../../src/imports/sources/enough.ts'
import type { FillInOptions } from '../../src/fill-in/fill-in-options.ts'
import { SHEETS_MAX, type TableGuess } from '../../src/fill-in/table-guess.ts'
import { NAME_MAX } from '../../src/short-text.ts'
import { sampleCsv } from './fill-csv.ts'
import type { TableRow } from './fill-rows.ts'
import type { GuessBasis } from './guess-basis.ts'
import { guessTable, type RatedGuess, type TableSample } from './guess-table.ts'
import { openOfficeFile } from './office-file.ts'
import {
  assertPlain, placeOf, sheetsOf, withCells, type OpenSheet, type SheetPlace,
} from './office-sheets.ts'

/** Most rows that a guess looks at, and their cells. */
const ROWS = 500
const CELLS = 400_000
/** Most sheets that a guess looks at. */
const SHEETS_LOOKED_AT = 20

interface GuessFile {
  source: string
  isWorkbook: boolean
  options: Pick<FillInOptions, 'sheet' | 'header_row'>
  basis: GuessBasis
  maxBytes: number
  /** For files that are needed meanwhile. */
  scratchFolder: string
}

/** Throws FILL_IN_FAILED, Refusal and what the file system throws. */
export async function guessFile (
  { source, isWorkbook, options, basis, maxBytes, scratchFolder }: GuessFile
): Promise<TableGuess> {
  const headerRow = options.header_row
  if (!isWorkbook) {
    const rows = await sampleCsv(source, { rows: ROWS, cells: CELLS })
    return guessTable({ sheet: null, rows }, { basis, sheets: [], headerRow }).guess
  }
  const office = await openOfficeFile(source, maxBytes)
  try {
    const { book, sheets } = await sheetsOf(office)
    await assertPlain(office)
    const places = options.sheet === undefined
      ? sheets.filter(({ isHidden }) => !isHidden).slice(0, SHEETS_LOOKED_AT)
      : [placeOf(sheets, options.sheet)]
    if (places.length === 0) placeOf(sheets, undefined)
    // Longer names cannot be sent back.
    const named = sheets.filter(({ name }) => name.length <= NAME_MAX)
    const names = named.slice(0, SHEETS_MAX).map(({ name }) => name)
    return await withCells(office, { book, scratchFolder }, async (open) => {
      let best: RatedGuess | undefined
      for (const place of places) {
        const found = guessTable(await sampleOf(place, open), { basis, sheets: names, headerRow })
        if (best === undefined || found.rating > best.rating) best = found
      }
      return (best as RatedGuess).guess
    })
  } finally {
    office.close()
  }
}

async function sampleOf (place: SheetPlace, open: OpenSheet): Promise<TableSample> {
  const rows: TableRow[] = []
  let cells = 0
  try {
    await open(place).read((found, row) => {
      rows.push({ row, cells: [...found] })
      cells += found.length
      if (rows.length === ROWS || cells > CELLS) throw new Enough()
    })
  } catch (error) {
    if (!(error instanceof Enough)) throw error
  }
  return { sheet: place.name, rows }
}
