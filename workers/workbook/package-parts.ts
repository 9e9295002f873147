// The parts of the package, as they are after xlsx-populate: what that library has no call for or writes
// wrong is spliced into its XML here. See docs/workbook.md.
import { isoTime } from '../../src/iso-time.ts'
import { escapeXml } from './excel-text.ts'
import { studentPages, summaryPages } from './page-setup.ts'
import type { Paper } from './paper.ts'
import { quotedSheetName } from './sheet-names.ts'
import { columnName, HEADING_ROWS, type SheetPlan, type StudentSheet } from './sheet-plan.ts'
import type { SummaryCell } from './summary-sheet.ts'
import { cut, elements, splice } from './xml-splice.ts'

/** Widths of columns in characters, from column A on. */
function columnWidths (xml: string): number[] {
  const columns = xml.matchAll(/<col min="(\d+)" max="(\d+)" width="([\d.]+)"/g)
  return Array.from(columns, ([, first, last, width]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, () => Number(width))
  ).flat()
}

interface StudentSheetOptions {
  paper: Paper
  /** Of row 8, in points. */
  headingHeight: number
  footer: string
}

/** What goes before and after the rows of a student sheet. */
export function sheetPart (
  xml: string,
  sheet: StudentSheet,
  { columns }: SheetPlan,
  { paper, headingHeight, footer }: StudentSheetOptions
): { head: string, tail: string } {
  const { students } = sheet
  const pages = studentPages({ paper, widths: columnWidths(xml), headingHeight, students, footer })
  const last = columnName(columns.last)
  const [head, tail] = cut(xml, '<sheetData/>')
  return {
    head: splice(
      splice(
        head,
        '<sheetPr/>',
        () => `<sheetPr>${pages.properties}</sheetPr><dimension ref="A1:${last}${HEADING_ROWS + students}"/>`
      ),
      '</sheetViews>',
      (found) => `${found}<sheetFormatPr defaultRowHeight="15"/>`
    ) + '<sheetData>',
    tail: `</sheetData><autoFilter ref="A${HEADING_ROWS}:${last}${sheet.lastRow}"/>${pages.xml}${tail}`,
  }
}

interface SummaryOptions {
  paper: Paper
  footer: string
  /** Of all rows, in points. */
  height: number
}

/** Summary without the values of its formulas. */
export function summaryPart (xml: string, { paper, footer, height }: SummaryOptions): string {
  const pages = summaryPages({ paper, widths: columnWidths(xml), height, footer })
  const [head, tail] = cut(xml, '</sheetData>')
  return splice(head, '<sheetPr/>', () => `<sheetPr>${pages.properties}</sheetPr>`) +
    `</sheetData>${pages.xml}${tail.replace(/<pageMargins [^>]*\/>/, '')}`
}

/** Adds the values of Summary's formulas, which the library does not write. */
export function withResults (xml: string, cells: SummaryCell[]): string {
  const results = new Map(cells.map(({ row, column, result }) => [`${columnName(column)}${row}`, result]))
  return xml.replace(
    /<c r="([A-Z]+\d+)"([^>]*)>(<f>[^<]*<\/f>)<\/c>/g,
    (_, ref: string, attributes: string, formula: string) => {
      const value = results.get(ref)?.() ?? null
      return value === null
        ? `<c r="${ref}"${attributes} t="str">${formula}<v></v></c>`
        : `<c r="${ref}"${attributes}>${formula}<v>${value}</v></c>`
    }
  )
}

/**
 * Adds the names of what is filtered and printed, and `more`. Removes what makes Excel ask whether to save.
 */
export function workbookPart (xml: string, { columns, sheets }: SheetPlan, more: string[]): string {
  const last = columnName(columns.last)
  const names = [
    ...sheets.map((sheet, i) =>
      `<definedName name="_xlnm._FilterDatabase" localSheetId="${i + 1}" hidden="1">` +
      `${escapeXml(quotedSheetName(sheet.name))}!$A$${HEADING_ROWS}:$${last}$${sheet.lastRow}</definedName>`
    ),
    ...sheets.map((sheet, i) => {
      const name = escapeXml(quotedSheetName(sheet.name))
      return `<definedName name="_xlnm.Print_Titles" localSheetId="${
        i + 1
      }">${name}!$A:$B,${name}!$1:$${HEADING_ROWS}</definedName>`
    }),
    ...more,
  ]
  const calculation = /<calcPr [^>]*\/>/.exec(xml)?.[0] ?? ''
  return splice(
    xml,
    calculation,
    () => `<definedNames>${names.join('')}</definedNames><calcPr calcId="191029"/>`
  )
}

/** What styles.xml lists, and the element that each item of a list is. */
const STYLE_LISTS = {
  numFmts: 'numFmt',
  fonts: 'font',
  fills: 'fill',
  borders: 'border',
  cellStyleXfs: 'xf',
  cellXfs: 'xf',
  cellStyles: 'cellStyle',
  dxfs: 'dxf',
}

/** Adds the number of items to each list. Calligra and R's openxlsx refuse a workbook without them. */
function withCounts (styles: string): string {
  return Object.entries(STYLE_LISTS).reduce((xml, [list, item]) => {
    const [before, rest] = cut(xml, `<${list}`)
    const [attributes, items] = cut(rest, '>')
    const count = attributes.endsWith('/') ? 0 : elements(cut(items, `</${list}>`)[0], item)
    return `${before}<${list} count="${count}"${attributes.replace(/ count="[^"]*"/, '')}>${items}`
  }, styles)
}

/** Formats say which of their settings apply, as some readers expect. */
export function stylesPart (xml: string): string {
  const [head, rest] = cut(xml, '<cellXfs>')
  const [formats, tail] = cut(rest, '</cellXfs>')
  const said = formats.replace(
    /<xf ([^>]*applyFont[^>]*?)(\/?>)(?=(<alignment )?)/g,
    (_, attributes: string, end: string, alignment: string | undefined) =>
      `<xf ${
        attributes.includes('numFmtId') ? `${attributes} applyNumberFormat="1"` : `numFmtId="0" ${attributes}`
      } xfId="0"${alignment === undefined ? '' : ' applyAlignment="1"'}${end}`
  )
  return withCounts(`${head}<cellXfs>${said}</cellXfs>${tail}`)
}

/** Adds the content types of added sheets, which the library leaves out. */
export function contentTypesPart (xml: string, sheets: number): string {
  const overrides = Array.from(
    { length: sheets },
    (_, i) =>
      `<Override PartName="/xl/worksheets/sheet${
        i + 2
      }.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`
  )
  return splice(xml, '</Types>', (end) => overrides.join('') + end)
}

/** Adds the dates and the language (BCP 47). */
export function corePart (
  xml: string,
  { generatedAt, language }: { generatedAt: number, language: string }
): string {
  const dates = w3cDate('created', generatedAt) + w3cDate('modified', generatedAt)
  return splice(xml, '</cp:coreProperties>', (end) => `${dates}<dc:language>${language}</dc:language>${end}`)
}

function w3cDate (name: string, ms: number): string {
  return `<dcterms:${name} xsi:type="dcterms:W3CDTF">${
    isoTime(ms).replace(/\.\d+/, '')
  }</dcterms:${name}>`
}

/**
 * Names the worksheets. LibreOffice uses the stored values of formulas only if the file comes from a program
 * that it knows by this name. Without it, a large book opens slowly.
 */
export function appPart (sheets: string[]): string {
  const names = sheets.map((name) => `<vt:lpstr>${escapeXml(name)}</vt:lpstr>`).join('')
  return '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' +
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties" ' +
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">' +
    '<Application>Microsoft Excel</Application>' +
    '<HeadingPairs><vt:vector size="2" baseType="variant"><vt:variant><vt:lpstr>Worksheets</vt:lpstr>' +
    `</vt:variant><vt:variant><vt:i4>${sheets.length}</vt:i4></vt:variant></vt:vector></HeadingPairs>` +
    `<TitlesOfParts><vt:vector size="${sheets.length}" baseType="lpstr">${names}</vt:vector>` +
    '</TitlesOfParts><AppVersion>16.0300</AppVersion></Properties>'
}
