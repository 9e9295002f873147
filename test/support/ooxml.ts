// What must hold of an .xlsx package and what openpyxl, LibreOffice and the Open XML SDK do not look at: part
// by part, with a strict XML parser. Sources: ECMA-376 part 1 (SpreadsheetML) and part 2 (packages), Excel's
// specifications and limits.
import { writeFileSync } from 'node:fs'
import { posix } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { SaxesParser } from 'saxes'
import { openPromise } from 'yauzl'
import { ZipFile } from 'yazl'
import { decoded } from './openpyxl.ts'

export interface XmlElement {
  name: string
  attributes: Record<string, string>
  children: XmlElement[]
  text: string
}

/** The parts of a zip, by path, in the order of its directory. Throws where a path appears twice. */
export async function readParts (file: string): Promise<Map<string, Buffer>> {
  const zip = await openPromise(file)
  const parts = new Map<string, Buffer>()
  try {
    for await (const entry of zip.eachEntry()) {
      if (parts.has(entry.fileName)) throw new Error(`${entry.fileName} appears twice in the package.`)
      const chunks: Buffer[] = []
      for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk)
      parts.set(entry.fileName, Buffer.concat(chunks))
    }
  } finally {
    zip.close()
  }
  return parts
}

/** Parses a part. Throws at the first place that is not well-formed, namespaces included. */
export function parseXml (xml: Buffer): XmlElement {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(xml)
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const parser = new SaxesParser({ xmlns: true })
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    const element: XmlElement = {
      name,
      attributes: Object.fromEntries(Object.entries(attributes).map(([key, { value }]) => [key, value])),
      children: [],
      text: '',
    }
    open.at(-1)!.children.push(element)
    open.push(element)
  })
  parser.on('closetag', () => {
    open.pop()
  })
  parser.on('text', (piece) => {
    open.at(-1)!.text += piece
  })
  parser.write(text).close()
  return root.children[0]!
}

export function child (element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((each) => each.name === name)
}

const MOST = {
  formats: 60,
  fonts: 60,
  name: 31,
  text: 32_767,
  formula: 8192,
  row: 1_048_576,
  column: 16_384,
  height: 409,
  width: 255,
}
const MOST_ARGUMENTS = 255
const STYLE_LISTS = ['numFmts', 'fonts', 'fills', 'borders', 'cellStyleXfs', 'cellXfs', 'cellStyles', 'dxfs']
const SHEET_ORDER = [
  'sheetPr',
  'dimension',
  'sheetViews',
  'sheetFormatPr',
  'cols',
  'sheetData',
  'sheetProtection',
  'autoFilter',
  'mergeCells',
  'conditionalFormatting',
  'dataValidations',
  'hyperlinks',
  'printOptions',
  'pageMargins',
  'pageSetup',
  'headerFooter',
  'ignoredErrors',
  'drawing',
]
const WORKBOOK_ORDER = [
  'fileVersion',
  'workbookPr',
  'bookViews',
  'sheets',
  'definedNames',
  'calcPr',
  'extLst',
]
const FONT_ORDER = ['b', 'i', 'u', 'sz', 'color', 'name', 'family', 'scheme']

/** Everything that is wrong with a workbook's package; empty: nothing is. */
export async function packageFaults (file: string): Promise<string[]> {
  const faults: string[] = []
  const fault = (is: boolean, what: string): void => {
    if (is) faults.push(what)
  }
  const bytes = await readParts(file)
  const parts = new Map(Array.from(bytes, ([path, xml]) => {
    try {
      return [path, parseXml(xml)]
    } catch (error) {
      faults.push(`${path} is not well-formed: ${(error as Error).message}`)
      return [path, { name: '', attributes: {}, children: [], text: '' }]
    }
  }))
  fault([...bytes.keys()][0] !== '[Content_Types].xml', 'the content types are not the first part')
  checkContentTypes(parts, fault)
  checkRelationships(parts, fault)

  const workbook = parts.get('xl/workbook.xml')!
  fault(!isOrdered(workbook, WORKBOOK_ORDER), 'the elements of the workbook are not in order')
  const calc = child(workbook, 'calcPr')!.attributes
  fault(JSON.stringify(calc) !== '{"calcId":"191029"}', `calcPr is ${JSON.stringify(calc)}`)
  for (const [path, xml] of bytes) {
    fault(/<(\w+:)?extLst|<mc:|\bxmlns:(mc|x1[45]\w*|thm15)=/.test(xml.toString()), `${path} has extensions`)
  }
  const names = child(workbook, 'sheets')!.children.map((sheet) => sheet.attributes['name']!)
  checkSheetNames(names, fault)
  const titles = child(child(parts.get('docProps/app.xml')!, 'TitlesOfParts')!, 'vt:vector')!.children
  fault(
    JSON.stringify(titles.map(({ text }) => text)) !== JSON.stringify(names),
    'app.xml has other worksheets'
  )
  const view = child(child(workbook, 'bookViews')!, 'workbookView')!.attributes
  fault(view['activeTab'] !== '0', `the workbook opens on worksheet ${view['activeTab']}`)
  checkProperties(parts.get('docProps/core.xml')!, fault)
  checkDefinedNames(workbook, names.length, fault)

  const styles = parts.get('xl/styles.xml')!
  const formats = child(styles, 'cellXfs')!.children
  fault(formats.length > MOST.formats, `${formats.length} cell formats`)
  const fonts = child(styles, 'fonts')!.children
  fault(fonts.length > MOST.fonts, `${fonts.length} fonts`)
  fonts.forEach((font, i) =>
    fault(font.children.length === 0 || !isOrdered(font, FONT_ORDER), `font ${i} is empty or out of order`)
  )
  child(styles, 'fills')!.children.forEach((fill, i) =>
    fault(fill.children.length !== 1, `fill ${i} is empty`)
  )
  for (const name of STYLE_LISTS) {
    const list = child(styles, name)
    fault(
      list?.attributes['count'] !== String(list?.children.length),
      `${name} says ${list?.attributes['count']} items`
    )
  }
  const table = parts.get('xl/sharedStrings.xml')!
  const strings = table.children
  fault(
    table.attributes['uniqueCount'] !== String(strings.length),
    `${table.attributes['uniqueCount']} texts are said`
  )
  const shown = Array.from(bytes, ([path, xml]) => path.startsWith('xl/worksheets/') ? textCells(xml) : 0)
  const cells = shown.reduce((sum, each) => sum + each, 0)
  fault(
    table.attributes['count'] !== String(cells),
    `${table.attributes['count']} cells with a text instead of ${cells}`
  )
  strings.forEach((item, i) =>
    fault(decoded(item.children[0]!.text).length > MOST.text, `text ${i} is too long`)
  )

  for (const [i, sheet] of child(workbook, 'sheets')!.children.entries()) {
    const path = `xl/worksheets/sheet${i + 1}.xml`
    fault(sheet.attributes['sheetId'] !== String(i + 1), `${path}: its id is ${sheet.attributes['sheetId']}`)
    checkSheet(path, parts.get(path)!, { formats: formats.length, strings: strings.length }, fault)
  }
  return faults
}

function textCells (xml: Buffer): number {
  return xml.toString().match(/<c [^>]*t="s"/g)?.length ?? 0
}

type Fault = (is: boolean, what: string) => void

function checkContentTypes (parts: Map<string, XmlElement>, fault: Fault): void {
  const types = parts.get('[Content_Types].xml')!.children
  const overrides = types.filter(({ name }) => name === 'Override').map(({ attributes }) =>
    attributes['PartName']!
  )
  fault(new Set(overrides).size !== overrides.length, 'a content type is said twice')
  for (const path of overrides) {
    fault(!parts.has(path.slice(1)), `a content type is said of ${path}, which is not there`)
  }
  for (const path of parts.keys()) {
    if (path.startsWith('xl/') && !path.includes('_rels/')) {
      fault(!overrides.includes(`/${path}`), `${path} has no content type`)
    }
  }
}

function checkRelationships (parts: Map<string, XmlElement>, fault: Fault): void {
  for (const [path, part] of parts) {
    if (!path.endsWith('.rels')) continue
    const ids = part.children.map(({ attributes }) => attributes['Id'])
    fault(new Set(ids).size !== ids.length, `${path}: an id appears twice`)
    const folder = path.replace(/_rels\/[^/]*$/, '')
    for (const { attributes } of part.children) {
      const target = posix.join(folder, attributes['Target']!)
      fault(!parts.has(target), `${path}: ${target} is not there`)
    }
  }
}

function checkProperties (core: XmlElement, fault: Fault): void {
  const properties = Object.fromEntries(core.children.map(({ name, text }) => [name, text]))
  for (const name of ['dc:title', 'dc:creator', 'dcterms:created', 'dc:language']) {
    fault(properties[name] === undefined, `the property ${name} is missing`)
  }
}

/** Excel's rules for the names of worksheets. */
function checkSheetNames (names: string[], fault: Fault): void {
  const folded = names.map((name) => name.toUpperCase().toLowerCase())
  fault(new Set(folded).size !== names.length, `names of worksheets clash: ${names.join(', ')}`)
  for (const name of names) {
    fault(name.length === 0 || name.length > MOST.name, `a worksheet's name has ${name.length} characters`)
    fault(
      /[:\\/?*[\]\p{Cc}]|^'|'$/u.test(name) || !name.isWellFormed() || folded.includes('history'),
      `a worksheet's name is not allowed: ${JSON.stringify(name)}`
    )
  }
}

function checkDefinedNames (workbook: XmlElement, sheets: number, fault: Fault): void {
  const keys = (child(workbook, 'definedNames')?.children ?? []).map(({ attributes }) =>
    `${attributes['name']} ${attributes['localSheetId']}`
  )
  fault(new Set(keys).size !== keys.length, 'a name is defined twice')
  fault(
    keys.some((key) => Number(key.split(' ')[1]) >= sheets),
    'a name is defined for a worksheet that is not there'
  )
}

function checkSheet (
  path: string,
  sheet: XmlElement,
  book: { formats: number, strings: number },
  fault: Fault
): void {
  fault(!isOrdered(sheet, SHEET_ORDER), `${path}: elements are not in order`)
  let lastColumn = 0
  for (const { attributes } of child(sheet, 'cols')?.children ?? []) {
    fault(
      Number(attributes['min']) <= lastColumn || Number(attributes['max']) > MOST.column,
      `${path}: columns overlap`
    )
    fault(
      !(Number(attributes['width']) > 0 && Number(attributes['width']) <= MOST.width),
      `${path}: a column is ${attributes['width']} wide`
    )
    lastColumn = Number(attributes['max'])
  }
  let lastRow = 0
  for (const row of child(sheet, 'sheetData')!.children) {
    const number = Number(row.attributes['r'])
    fault(!(number > lastRow && number <= MOST.row), `${path}: row ${number} after row ${lastRow}`)
    fault(Number(row.attributes['ht'] ?? 15) > MOST.height, `${path}: row ${number} is too high`)
    lastRow = number
    let last = 0
    for (const cell of row.children) {
      const at = cell.attributes['r']!
      const [, letters, digits] = /^([A-Z]{1,3})(\d+)$/.exec(at) ?? []
      const column = columnNumber(letters ?? '')
      fault(
        Number(digits) !== number || column <= last || column > MOST.column,
        `${path}: ${at} is out of its place`
      )
      last = column
      fault(!(Number(cell.attributes['s'] ?? 0) < book.formats), `${path}: ${at} has no format`)
      checkCell(`${path}: ${at}`, cell, book, fault)
    }
  }
}

function checkCell (at: string, cell: XmlElement, { strings }: { strings: number }, fault: Fault): void {
  const [formula, value] = [child(cell, 'f'), child(cell, 'v')]
  const type = cell.attributes['t']
  fault(value === undefined, `${at} has no value`)
  if (type === 's') {
    fault(
      !(/^\d+$/.test(value!.text) && Number(value!.text) < strings),
      `${at} shows text ${value!.text} of ${strings}`
    )
  } else if (type === undefined) {
    fault(
      !/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(value!.text) || !Number.isFinite(Number(value!.text)),
      `${at} is no number: ${value!.text}`
    )
  } else {
    fault(type !== 'str' || formula === undefined, `${at} is of type ${type}`)
  }
  if (formula === undefined) return
  fault(
    formula.text === '' || formula.text.startsWith('=') || formula.text.length > MOST.formula,
    `${at} has a formula of ${formula.text.length} characters`
  )
  fault(mostArguments(formula.text) > MOST_ARGUMENTS, `${at} has a call with too many arguments`)
  // Gnumeric, Numbers and others count booleans in an array as nothing, or fail.
  fault(formula.text.includes('ISNUMBER('), `${at} has ISNUMBER`)
}

function mostArguments (formula: string): number {
  const open: number[] = []
  let most = 0
  for (const character of formula.replace(/"[^"]*"|'[^']*'/g, '')) {
    if (character === '(') open.push(1)
    if (character === ',') open.push((open.pop() ?? 0) + 1)
    if (character === ')') most = Math.max(most, open.pop() ?? 0)
  }
  return most
}

function columnNumber (letters: string): number {
  return [...letters].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0)
}

/** Whether an element's children are all known ones, each once, in the given order. */
function isOrdered (element: XmlElement, order: string[]): boolean {
  const places = element.children.map(({ name }) => order.indexOf(name))
  return places.every((place, i) => place >= 0 && (i === 0 || place > places[i - 1]!))
}

/** Writes a package again with one part changed. */
export async function rewritePart (
  file: string,
  path: string,
  change: (xml: string) => string
): Promise<void> {
  await rewriteParts(file, (name, xml) => name === path ? change(xml) : xml)
}

type ChangePart = (path: string, xml: string) => string

/** Writes a package again, every part as `change` makes it. Throws where it changes nothing. */
export async function rewriteParts (file: string, change: ChangePart): Promise<void> {
  const zip = new ZipFile()
  let changed = 0
  for (const [path, bytes] of await readParts(file)) {
    const before = bytes.toString()
    const after = change(path, before)
    if (after !== before) changed++
    zip.addBuffer(Buffer.from(after), path)
  }
  if (changed === 0) throw new Error(`Nothing was changed in ${file}.`)
  zip.end()
  writeFileSync(file, await buffer(zip.outputStream))
}
