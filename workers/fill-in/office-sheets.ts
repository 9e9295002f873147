// The sheets of a workbook that an office sent, and their cells as texts.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import {
  assertWorkbook, readWorkbookPart, relationsOf, workbookPath,
} from '../../src/imports/spreadsheet/office-package.ts'
import { readNumberFormats } from '../../src/imports/spreadsheet/number-formats.ts'
import { readSharedTexts } from '../../src/imports/spreadsheet/shared-texts.ts'
import type { Sheet } from '../../src/imports/spreadsheet/sheet.ts'
import { sheetOf } from '../../src/imports/spreadsheet/sheet-part.ts'
import { ByteBudget } from '../../src/imports/sources/source-files.ts'
import { listNames, shorten } from '../../src/short-text.ts'
import { partText } from './edit-parts.ts'
import { FILL_IN_MESSAGES, fillInMessage } from '../../src/fill-in/fill-in-messages.ts'
import { fillInFailure } from './fill-in-failure.ts'
import type { OfficeFile } from './office-file.ts'

export const CONTENT_TYPES = '[Content_Types].xml'

export interface SheetPlace {
  name: string
  isHidden: boolean
  /** The path of its part. */
  path: string
}

export interface WorkbookSheets {
  /** The path of the workbook part. */
  book: string
  /** Those with cells: a chart has none. */
  sheets: SheetPlace[]
  calcChain: string | undefined
}

/** Throws FILL_IN_FAILED and Refusal if the archive is not a workbook. */
export async function sheetsOf (office: OfficeFile): Promise<WorkbookSheets> {
  assertWorkbook(office)
  const book = await workbookPath(office)
  const part = book === undefined ? undefined : office.part(book)
  if (book === undefined || part === undefined) {
    throw fillInFailure(FILL_IN_MESSAGES.not_excel)
  }
  const { sheets } = await readWorkbookPart(part, office.name)
  const relations = await relationsOf(book, office)
  return {
    book,
    sheets: sheets.flatMap(({ id, name, isHidden }) => {
      const found = relations.find((one) => one.id === id && one.type === 'worksheet')
      return found === undefined || office.part(found.path) === undefined
        ? []
        : [{ name, isHidden, path: found.path }]
    }),
    calcChain: relations.find(({ type }) => type === 'calcChain')?.path,
  }
}

/** The wanted sheet, or the first visible one. Throws FILL_IN_FAILED if there is none. */
export function placeOf (sheets: readonly SheetPlace[], wanted: string | undefined): SheetPlace {
  const key = wanted?.trim().toLowerCase()
  const chosen = wanted === undefined
    ? sheets.find(({ isHidden }) => !isHidden)
    : sheets.find(({ name }) => name === wanted) ??
      sheets.find(({ name }) => name.trim().toLowerCase() === key)
  if (chosen !== undefined) return chosen
  const names = listNames(sheets.map(({ name }) => name))
  throw fillInFailure(wanted === undefined
    ? FILL_IN_MESSAGES.no_visible_sheet
    : fillInMessage('no_sheet', { sheet: shorten(wanted), sheets: names }))
}

/** Throws FILL_IN_FAILED for a workbook with macros or a signature. */
export async function assertPlain (office: OfficeFile): Promise<void> {
  const types = await partText(office.bytesOf(CONTENT_TYPES))
  const hasMacros = /macroEnabled|vbaProject/i.test(types) ||
    office.paths.some((path) => /vbaProject[^/]*\.bin$|^xl\/macrosheets\//i.test(path))
  if (hasMacros) throw fillInFailure(FILL_IN_MESSAGES.macros)
  if (office.paths.some((path) => path.toLowerCase().startsWith('_xmlsignatures/'))) {
    throw fillInFailure(FILL_IN_MESSAGES.signed)
  }
}

export type OpenSheet = (place: Pick<SheetPlace, 'name' | 'path'>) => Sheet

/** Lets `work` read sheets. Their shared texts are in `scratchFolder` meanwhile. Throws Refusal. */
export async function withCells<T> (
  office: OfficeFile,
  { book, scratchFolder }: { book: string, scratchFolder: string },
  work: (open: OpenSheet) => Promise<T>
): Promise<T> {
  const { name: file } = office
  const there = (path: string) => {
    const part = office.part(path)
    if (part === undefined) throw new Error('a part is gone')
    return part
  }
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
      isFrom1904: (await readWorkbookPart(there(book), file)).isFrom1904,
      texts: async () => texts,
      // The archive is limited as a whole.
      budget: new ByteBudget(Infinity),
    }
    return await work(({ name, path }) => sheetOf(there(path), name, values))
  } finally {
    texts?.close()
  }
}
