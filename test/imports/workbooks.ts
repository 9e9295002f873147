// Small Excel workbooks for import tests, written as XML by hand, so that a test can break any rule.
import { join } from 'node:path'
import { writeZip, type World } from './bundles.ts'

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships'

export interface SheetXml {
  name: string
  /** The content of `sheetData`. */
  rows: string
  /** What comes before `sheetData`, and after it. */
  before?: string
  after?: string
  /** Attributes in the workbook: `state="hidden"`. */
  attributes?: string
}

export interface WorkbookXml {
  sheets: SheetXml[]
  /** The content of `sst`; without it there is no such part. */
  texts?: string
  /** Number formats of the cells' attribute `s`: a built-in number or a code. */
  formats?: Array<number | string>
  /** Attributes of `workbookPr`. */
  properties?: string
  /** Replaces or adds files; `null` leaves one out. */
  files?: Record<string, string | null>
}

/** The files of a workbook. */
export function workbookFiles (
  { sheets, texts, formats = [], properties = '', files = {} }: WorkbookXml
): Record<string, string> {
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`
  const codes = formats.map((format, at) => typeof format === 'number' ? format : 164 + at)
  const all: Record<string, string | null> = {
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    '_rels/.rels': `<Relationships xmlns="${PACKAGE}">${
      relation('rId1', 'officeDocument', 'xl/workbook.xml')
    }</Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr ${properties}/><sheets>${
      sheets.map(({ name, attributes = '' }, at) =>
        `<sheet name="${name}" sheetId="${at + 1}" r:id="s${at + 1}" ${attributes}/>`).join('')
    }</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}">${
      sheets.map((_, at) => relation(`s${at + 1}`, 'worksheet', `worksheets/sheet${at + 1}.xml`)).join('') +
      relation('t', 'sharedStrings', '/xl/sharedStrings.xml') + relation('f', 'styles', 'styles.xml')
    }</Relationships>`,
    'xl/styles.xml': `<styleSheet xmlns="${MAIN}"><numFmts>${
      formats.map((format, at) =>
        typeof format === 'number' ? '' : `<numFmt numFmtId="${164 + at}" formatCode="${format}"/>`).join('')
    }</numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${
      codes.map((id) => `<xf numFmtId="${id}"/>`).join('')
    }</cellXfs></styleSheet>`,
  }
  if (texts !== undefined) all['xl/sharedStrings.xml'] = `<sst xmlns="${MAIN}">${texts}</sst>`
  for (const [at, { rows, before = '', after = '' }] of sheets.entries()) {
    all[`xl/worksheets/sheet${at + 1}.xml`] =
      `<worksheet xmlns="${MAIN}">${before}<sheetData>${rows}</sheetData>${after}</worksheet>`
  }
  return Object.fromEntries(Object.entries({ ...all, ...files }).flatMap(([path, text]) =>
    text === null ? [] : [[path, text]]))
}

/** Writes a workbook into the folder of a world. Returns its path. */
export async function writeWorkbook (
  world: Pick<World, 'folder'>, name: string, workbook: WorkbookXml
): Promise<string> {
  return await writeZip(join(world.folder, name), workbookFiles(workbook))
}

/**
 * Rows of `sheetData` with texts and numbers; null is no cell. `{ s, v }` is a number in that format. The
 * first row is row `from`.
 */
export function rowsXml (
  rows: Array<Array<string | number | { s: number, v: number } | null>>, from = 1
): string {
  return rows.map((cells, y) => `<row r="${from + y}">${cells.map((cell, x) => {
    const place = `r="${String.fromCharCode(65 + x)}${from + y}"`
    if (cell === null) return ''
    if (typeof cell === 'number') return `<c ${place}><v>${cell}</v></c>`
    if (typeof cell === 'object') return `<c ${place} s="${cell.s}"><v>${cell.v}</v></c>`
    const text = cell.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
    return `<c ${place} t="inlineStr"><is><t>${text}</t></is></c>`
  }).join('')}</row>`).join('')
}
