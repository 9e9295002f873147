// A workbook with some cells of one sheet changed. Every other part keeps its bytes, except what says that
// formulas are to be computed again.
import { hash } from 'node:crypto'
import { copyFile, open, readFile } from 'node:fs/promises'
import { dirname, posix } from 'node:path'
import type { FillInTask } from '../../src/fill-in/fill-in.job.ts'
import type { FillInOptions } from '../../src/fill-in/fill-in-options.ts'
import { coveredCells } from './covered-cells.ts'
import { calculatedOnLoad, partText, withoutContentType, withoutRelation } from './edit-parts.ts'
import { sheetEdit, type SheetChanges } from './edit-sheet.ts'
import { previewOf, RowFiller, type NewCell } from './fill-rows.ts'
import { openOfficeFile, type OfficeFile } from './office-file.ts'
import { assertPlain, CONTENT_TYPES, placeOf, sheetsOf, withCells } from './office-sheets.ts'
import type { Roster } from './roster.ts'
import type { CellValue } from './shown-value.ts'

interface FillWorkbook {
  source: string
  stagingPath: string
  options: FillInOptions
  roster: Roster
  maxBytes: number
}

/** Fills a workbook in. Throws FILL_IN_FAILED, Refusal and what the file system throws. */
export async function fillWorkbook (
  { source, stagingPath, options, roster, maxBytes }: FillWorkbook
): Promise<FillInTask['facts']> {
  const office = await openOfficeFile(source, maxBytes)
  try {
    const { book, sheets, calcChain } = await sheetsOf(office)
    await assertPlain(office)
    const { name: sheet, path: sheetPath } = placeOf(sheets, options.sheet)
    const filler = new RowFiller(options, roster)
    const scratchFolder = dirname(stagingPath)
    const merged = await withCells(office, { book, scratchFolder }, async (open) => {
      const opened = open({ name: sheet, path: sheetPath })
      await opened.read((cells, row) => { filler.take({ row, cells }) })
      return await opened.merged({ lastRow: Infinity })
    })
    const { cells: found, report } = filler.end(sheet)
    const isCovered = coveredCells(merged, new Set(found.map(({ column }) => column + 1)))
    const cells = found.filter(({ row, column }) => !isCovered(row, column + 1))
    report.counts.kept += found.length - cells.length
    const edit = sheetEdit(changesOf(cells))
    // Cells with a formula are known only after the sheet was edited once.
    if (options.dry_run === true) await drain(edit.edit(office.bytesOf(sheetPath)))
    const file = options.dry_run === true
      ? null
      : cells.length === 0
        ? await sameFile(source, stagingPath)
        : await office.copyTo(stagingPath, await replacedParts(office, { book, sheetPath, calcChain, edit }))
    const kept = new Set(edit.formulas.map(({ row, column }) => `${row} ${column - 1}`))
    const filled = cells.filter(({ row, column }) => !kept.has(`${row} ${column}`))
    report.counts.filled = filled.length
    report.counts.formulas = kept.size
    report.preview = previewOf(filled, ({ text }: CellValue) => text)
    return { report, file }
  } finally {
    office.close()
  }
}

async function drain (chunks: AsyncGenerator<Buffer, void, void>): Promise<void> {
  while ((await chunks.next()).done !== true);
}

function changesOf (cells: readonly NewCell[]): SheetChanges {
  const changes = new Map<number, Map<number, CellValue>>()
  for (const { row, column, value } of cells) {
    let known = changes.get(row)
    if (known === undefined) changes.set(row, known = new Map())
    known.set(column + 1, value)
  }
  return changes
}

async function replacedParts (
  office: OfficeFile,
  { book, sheetPath, calcChain, edit }: {
    book: string, sheetPath: string, calcChain: string | undefined, edit: ReturnType<typeof sheetEdit>,
  }
): Promise<Map<string, (() => AsyncIterable<Buffer>) | null>> {
  const own = (path: string) => office.paths.find((one) => one.toLowerCase() === path.toLowerCase()) ?? path
  const text = async (path: string) => await partText(office.bytesOf(path))
  const replaced = new Map<string, (() => AsyncIterable<Buffer>) | null>()
  const replace = (path: string, xml: string) => {
    replaced.set(own(path), async function * () { yield Buffer.from(xml) })
  }
  replaced.set(own(sheetPath), () => edit.edit(office.bytesOf(sheetPath)))
  replace(book, calculatedOnLoad(await text(book)))
  if (calcChain !== undefined) {
    const relations = posix.join(posix.dirname(book), '_rels', `${posix.basename(book)}.rels`)
    replaced.set(own(calcChain), null)
    replace(CONTENT_TYPES, withoutContentType(await text(CONTENT_TYPES), `/${calcChain}`))
    replace(relations, withoutRelation(await text(relations), 'calcChain'))
  }
  return replaced
}

/** Nothing is to change, so the file is the same. */
async function sameFile (source: string, path: string): Promise<{ size: number, sha256: string }> {
  await copyFile(source, path)
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
  const bytes = await readFile(path)
  return { size: bytes.length, sha256: hash('sha256', bytes) }
}
