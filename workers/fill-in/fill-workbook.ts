// A workbook with some cells of one sheet changed. Every other part keeps its bytes, except what says that
// formulas are to be computed again.
import { hash, randomBytes } from 'node:crypto'
import { copyFile, open, readFile } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import type { FillInTask } from '../../src/fill-in/fill-in.job.ts'
import type { FillInOptions } from '../../src/fill-in/fill-in-options.ts'
import {
  assertWorkbook, readWorkbookPart, relationsOf, workbookPath,
} from '../../src/imports/spreadsheet/office-package.ts'
import { readNumberFormats } from '../../src/imports/spreadsheet/number-formats.ts'
import { readSharedTexts } from '../../src/imports/spreadsheet/shared-texts.ts'
import { sheetOf } from '../../src/imports/spreadsheet/sheet-part.ts'
import { ByteBudget } from '../../src/imports/sources/source-files.ts'
import { listNames, shorten } from '../../src/short-text.ts'
import { calculatedOnLoad, partText, withoutContentType, withoutRelation } from './edit-parts.ts'
import { sheetEdit, type SheetChanges } from './edit-sheet.ts'
import { fillInFailure } from './fill-in-failure.ts'
import { previewOf, RowFiller, type NewCell } from './fill-rows.ts'
import { openOfficeFile, type OfficeFile } from './office-file.ts'
import type { Roster } from './roster.ts'
import type { CellValue } from './shown-value.ts'

const CONTENT_TYPES = '[Content_Types].xml'

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
    const { book, sheet, sheetPath, calcChain } = await placesOf(office, options.sheet)
    await assertPlain(office)
    const filler = new RowFiller(options, roster)
    await readSheet(office, { book, sheet, sheetPath, scratchFolder: dirname(stagingPath) }, filler)
    const { cells, report } = filler.end(sheet)
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

interface Places {
  /** The path of the workbook part. */
  book: string
  /** The name of the sheet that is filled in. */
  sheet: string
  sheetPath: string
  calcChain: string | undefined
}

async function placesOf (office: OfficeFile, wanted: string | undefined): Promise<Places> {
  assertWorkbook(office)
  const book = await workbookPath(office)
  const part = book === undefined ? undefined : office.part(book)
  if (book === undefined || part === undefined) {
    throw fillInFailure('The file is an archive, but not an Excel workbook (.xlsx).')
  }
  const { sheets } = await readWorkbookPart(part, office.name)
  const relations = await relationsOf(book, office)
  const readable = sheets.flatMap((sheet) => {
    const found = relations.find(({ id, type }) => id === sheet.id && type === 'worksheet')
    const isThere = found !== undefined && office.part(found.path) !== undefined
    return isThere ? [{ ...sheet, path: found.path }] : []
  })
  const key = wanted?.trim().toLowerCase()
  const chosen = wanted === undefined
    ? readable.find(({ isHidden }) => !isHidden)
    : readable.find(({ name }) => name === wanted) ??
      readable.find(({ name }) => name.trim().toLowerCase() === key)
  if (chosen === undefined) {
    const names = listNames(readable.map(({ name }) => name))
    throw fillInFailure(wanted === undefined
      ? 'The workbook has no visible sheet with cells.'
      : `The workbook has no sheet "${shorten(wanted)}"; its sheets are: ${names}.`)
  }
  return {
    book,
    sheet: chosen.name,
    sheetPath: chosen.path,
    calcChain: relations.find(({ type }) => type === 'calcChain')?.path,
  }
}

/** Throws FILL_IN_FAILED for a workbook with macros or a signature. */
async function assertPlain (office: OfficeFile): Promise<void> {
  const types = await partText(office.bytesOf(CONTENT_TYPES))
  const hasMacros = /macroEnabled|vbaProject/i.test(types) ||
    office.paths.some((path) => /vbaProject[^/]*\.bin$|^xl\/macrosheets\//i.test(path))
  if (hasMacros) {
    throw fillInFailure(
      'The workbook has macros. Save it as "Excel Workbook (.xlsx)", which has none, and send it again.'
    )
  }
  if (office.paths.some((path) => path.toLowerCase().startsWith('_xmlsignatures/'))) {
    throw fillInFailure('The workbook is signed, and a change would break its signature.')
  }
}

async function readSheet (
  office: OfficeFile,
  { book, sheet, sheetPath, scratchFolder }: Omit<Places, 'calcChain'> & { scratchFolder: string },
  filler: RowFiller
): Promise<void> {
  const { name: file } = office
  const bookPart = office.part(book)
  const sheetPart = office.part(sheetPath)
  if (bookPart === undefined || sheetPart === undefined) throw new Error('a part is gone')
  const relations = await relationsOf(book, office)
  const partOf = (type: string) => {
    const found = relations.find((one) => one.type === type)
    return found === undefined ? undefined : office.part(found.path)
  }
  const styles = partOf('styles')
  const textsPart = partOf('sharedStrings')
  const texts = textsPart === undefined
    ? undefined
    : await readSharedTexts(textsPart, {
      file,
      scratchFile: join(scratchFolder, `fill-in-${randomBytes(8).toString('hex')}.sqlite`),
      onBlock () {},
    })
  try {
    const values = {
      file,
      formats: styles === undefined ? [] : await readNumberFormats(styles, file),
      isFrom1904: (await readWorkbookPart(bookPart, file)).isFrom1904,
      texts: async () => texts,
      // The archive is limited as a whole.
      budget: new ByteBudget(Infinity),
    }
    await sheetOf(sheetPart, sheet, values).read((cells, row) => { filler.take({ row, cells }) })
  } finally {
    texts?.close()
  }
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
  { book, sheetPath, calcChain, edit }: Omit<Places, 'sheet'> & { edit: ReturnType<typeof sheetEdit> }
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
