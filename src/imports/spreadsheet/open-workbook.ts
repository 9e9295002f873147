// A workbook as a source: one sheet of it, which is read as a table.
import { Enough } from '../sources/enough.ts'
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { listNames, shorten } from '../../short-text.ts'
import { optionName } from '../option-names.ts'
import { Refusal, type Problems } from '../problems.ts'
import type { ByteBudget, Source, SourceFile } from '../sources/source-files.ts'
import { readNumberFormats } from './number-formats.ts'
import {
  assertWorkbook,
  readWorkbookPart,
  relationsOf,
  workbookPath,
  type ListedSheet,
  type OfficePackage,
} from './office-package.ts'
import { readSharedTexts, type SharedTexts } from './shared-texts.ts'
import { sheetOf, type WorkbookValues } from './sheet-part.ts'
import type { Sheet } from './sheet.ts'
import { importError } from '../error-messages.ts'

interface OpenWorkbookOptions {
  budget: ByteBudget
  /** A folder for the shared texts. They are removed when the source is closed. */
  scratchFolder: string
  /** The name of the sheet. Default: the first one that is visible and has values. */
  sheet?: string | undefined
  problems: Problems
  signal?: AbortSignal | undefined
  close: () => void
}

/** Opens the workbook that an archive is. Throws Refusal. */
export async function openWorkbook (
  office: OfficePackage,
  { budget, scratchFolder, sheet: wanted, problems, signal, close }: OpenWorkbookOptions
): Promise<Source> {
  const { name } = office
  assertWorkbook(office)
  if (await isOurs(office)) {
    throw new Refusal(
      { file: name },
      importError('own_export')
    )
  }
  const path = await workbookPath(office)
  const part = path === undefined ? undefined : office.part(path)
  if (path === undefined || part === undefined) {
    throw new Refusal({ file: name }, importError('other_office'))
  }
  const { sheets, isFrom1904 } = await readWorkbookPart(part, name)
  const relations = await relationsOf(path, office)
  const partOf = (type: string) => {
    const found = relations.find((one) => one.type === type)
    return found === undefined ? undefined : office.part(found.path)
  }
  const styles = partOf('styles')
  const textsPart = partOf('sharedStrings')
  let texts: Promise<SharedTexts | undefined> | undefined
  let closeTexts = () => {}
  const loadTexts = async () => {
    if (textsPart === undefined) return undefined
    await mkdir(scratchFolder, { recursive: true })
    const loaded = await readSharedTexts(textsPart, {
      file: name,
      scratchFile: join(scratchFolder, `import-${randomBytes(8).toString('hex')}.sqlite`),
      onBlock: () => { signal?.throwIfAborted() },
    })
    closeTexts = loaded.close
    return loaded
  }
  const values: WorkbookValues = {
    file: name,
    formats: styles === undefined ? [] : await readNumberFormats(styles, name),
    isFrom1904,
    texts: async () => await (texts ??= loadTexts()),
    budget,
  }
  const readable = sheets.flatMap((one) => {
    const relation = relations.find(({ id, type }) => id === one.id && type === 'worksheet')
    const part = relation === undefined ? undefined : office.part(relation.path)
    return part === undefined ? [] : [{ ...one, part, sheet: sheetOf(part, one.name, values) }]
  })
  const closeAll = () => {
    closeTexts()
    close()
  }
  try {
    const { part: sheetPart, sheet } = await choose(readable, { name, wanted, problems })
    const file: SourceFile = {
      name,
      base: name.toLowerCase(),
      size: sheetPart.size + (textsPart?.size ?? 0),
      read: sheetPart.read,
      sheet,
    }
    return { name, isFile: true, files: [file], found: [name], close: closeAll }
  } catch (error) {
    closeTexts()
    throw error
  }
}

type ReadableSheet = ListedSheet & { part: SourceFile, sheet: Sheet }

interface Choosing {
  /** The workbook, as errors name it. */
  name: string
  wanted: string | undefined
  problems: Problems
}

/** Most names of sheets that a message lists. */
const LISTED = 10

async function choose (
  sheets: ReadableSheet[], { name, wanted, problems }: Choosing
): Promise<ReadableSheet> {
  const [first] = sheets
  if (first === undefined) throw new Refusal({ file: name }, importError('no_sheet'))
  if (wanted !== undefined) {
    const key = wanted.trim().toLowerCase()
    const found = sheets.find((one) => one.name === wanted) ??
      sheets.find((one) => one.name.trim().toLowerCase() === key)
    if (found !== undefined) return found
    const names = listNames(sheets.map((one) => one.name), LISTED)
    throw new Refusal({ file: name }, importError('no_such_sheet', { sheet: shorten(wanted), sheets: names }))
  }
  const visible = sheets.filter(({ isHidden }) => !isHidden)
  const filled: ReadableSheet[] = []
  for (const one of visible) if (visible.length === 1 || await hasValues(one.sheet)) filled.push(one)
  const [chosen, ...others] = filled
  if (chosen === undefined) {
    const option = optionName('sheet', problems.askedBy)
    throw new Refusal({ file: name }, importError('no_visible_sheet', { option }))
  }
  if (others.length > 0) {
    const cell = `"${shorten(chosen.name)}" is read, not ${listNames(others.map((one) => one.name), LISTED)}`
    problems.warn('sheets_not_read', { file: name, cell })
  }
  return chosen
}

async function hasValues (sheet: Sheet): Promise<boolean> {
  try {
    await sheet.read(() => { throw new Enough() }, { isOutline: true })
    return false
  } catch (error) {
    if (error instanceof Enough) return true
    throw error
  }
}

/** Most bytes of a workbook's properties. */
const PROPERTIES_MAX = 64 * 1024

/** Whether a workbook names this program as its author, as `workers/workbook` writes it. */
async function isOurs (office: OfficePackage): Promise<boolean> {
  const properties = office.part('docProps/core.xml')
  if (properties === undefined || properties.size > PROPERTIES_MAX) return false
  const chunks: Buffer[] = []
  for await (const chunk of properties.read()) chunks.push(chunk)
  return Buffer.concat(chunks).includes('<dc:creator>Perfbook</dc:creator>')
}
