// The parts of the package, as they are after xlsx-populate: what that library has no call for or writes
// wrong is spliced into its XML here. See docs/workbook.md.
import { isoTime } from '../../src/iso-time.ts'
import { cellText, escapeXml } from './excel-text.ts'
import { conditionalFormatting, HIGHLIGHT_BELOW, HIGHLIGHT_FORMATS } from './highlighting.ts'
import { studentPages, summaryPages } from './page-setup.ts'
import type { Paper } from './paper.ts'
import { quotedSheetName } from './sheet-names.ts'
import { dataValidations, ignoredErrors, ignoredErrorsUpTo } from './sheet-elements.ts'
import { columnName, HEADING_ROWS, MOST_COLUMNS, type SheetPlan, type StudentSheet } from './sheet-plan.ts'
import type { SummaryCell } from './summary-cells.ts'
import { CHART_CONTENT_TYPES, DRAWING_ELEMENT } from './summary-chart.ts'
import type { Summary } from './summary-sheet.ts'
import type { WorkbookWords } from './words/workbook-words.ts'
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
  words: WorkbookWords
  values: 'percent' | 'points'
}

/** What goes before and after the rows of a student sheet. */
export function sheetPart (
  xml: string,
  sheet: StudentSheet,
  { columns }: SheetPlan,
  { paper, headingHeight, footer, words, values }: StudentSheetOptions
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
    tail: `</sheetData><autoFilter ref="A${HEADING_ROWS}:${last}${sheet.lastRow}"/>` +
      conditionalFormatting(columns, sheet.lastRow, values, {
        active: words.active,
        missing: words.taskStatuses.missing,
      }) + pages.xml + ignoredErrors(columns, sheet.lastRow) + tail,
  }
}

interface SummaryOptions {
  paper: Paper
  footer: string
  /** Of all rows, in points. */
  height: number
}

/** Summary without the values of its formulas. */
export function summaryPart (
  xml: string,
  { cells, helpers, validations, widths }: Summary,
  { paper, footer, height }: SummaryOptions
): string {
  const [head, tail] = cut(xml, '</sheetData>')
  const lastCell = `${columnName(widths.length)}${Math.max(...cells.map(({ row }) => row))}`
  // Without a custom height, a program may fit rows when it opens the file.
  const fitted = head.replaceAll(' customHeight="1"', '')
  const grouped = helpers === undefined ? fitted : withHiddenColumns(fitted, helpers)
  const printed = helpers === undefined ? widths : widths.slice(0, helpers.first - 1)
  const pages = summaryPages({ paper, widths: printed, height, footer })
  return splice(grouped, '<sheetPr/>', () => `<sheetPr>${pages.properties}</sheetPr>`) +
    '</sheetData>' + dataValidations(validations) + pages.xml + ignoredErrorsUpTo(lastCell) +
    DRAWING_ELEMENT + tail.replace(/<pageMargins [^>]*\/>/, '')
}

/** Groups columns and hides them. The button that shows them is above the column after them. */
function withHiddenColumns (head: string, { first, last }: { first: number, last: number }): string {
  const hidden = head.replace(/<col min="(\d+)" max="(\d+)"/g, (found, min: string, max: string) =>
    Number(min) >= first && Number(max) <= last ? `${found} outlineLevel="1" hidden="1"` : found
  )
  // Only with this attribute does Excel leave room for the button above the columns.
  const outlined = splice(hidden, '<sheetFormatPr ', (found) => `${found}outlineLevelCol="1" `)
  if (last === MOST_COLUMNS) return outlined
  return splice(
    outlined,
    '</cols>',
    (end) => `<col min="${last + 1}" max="${last + 1}" width="9.140625" collapsed="1"/>${end}`
  )
}

/** Adds the values of Summary's formulas, which the library does not write. */
export function withResults (xml: string, cells: SummaryCell[]): string {
  const formulas = new Map(cells.map((cell) => [`${columnName(cell.column)}${cell.row}`, cell]))
  return xml.replace(
    /<c r="([A-Z]+\d+)"([^>]*)><f>([^<]*<\/f>)<\/c>/g,
    (_, ref: string, attributes: string, formula: string) => {
      const { isArray = false, result } = formulas.get(ref) ?? {}
      const value = result?.() ?? null
      const type = typeof value === 'number' ? '' : ' t="str"'
      const start = isArray ? `<f t="array" ref="${ref}">` : '<f>'
      const text = typeof value === 'number' ? value : escapeXml(cellText(value ?? ''))
      return `<c r="${ref}"${attributes}${type}>${start}${formula}<v>${text}</v></c>`
    }
  )
}

/**
 * Adds the names of what is filtered and printed, and `more`. Removes what makes Excel ask whether to save.
 */
export function workbookPart (
  xml: string,
  { columns, sheets }: SheetPlan,
  { highlightCell }: Summary,
  more: string[]
): string {
  const last = columnName(columns.last)
  const names = [
    `<definedName name="${HIGHLIGHT_BELOW}">${highlightCell}</definedName>`,
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
    // Screen readers look for this name: the headings of the columns are in its row, those of the rows in
    // its column.
    ...sheets.map(({ name }, i) =>
      `<definedName name="Title" localSheetId="${i + 1}">${
        escapeXml(quotedSheetName(name))
      }!$A$${HEADING_ROWS}</definedName>`
    ),
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

/**
 * Formats say which of their settings apply, as some readers expect. Adds those of the conditional formats,
 * and leaves the color of text to the program that opens the file.
 */
export function stylesPart (xml: string): string {
  const withFormats = splice(xml, '<dxfs count="0"/>', () => `<dxfs>${HIGHLIGHT_FORMATS.join('')}</dxfs>`)
  const [head, rest] = cut(withFormats.replace('<color theme="1"/>', ''), '<cellXfs>')
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

/** Adds the content types of the chart and of added sheets, which the library leaves out. */
export function contentTypesPart (xml: string, sheets: number): string {
  const overrides = Array.from(
    { length: sheets },
    (_, i) =>
      `<Override PartName="/xl/worksheets/sheet${
        i + 2
      }.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`
  )
  return splice(xml, '</Types>', (end) => overrides.join('') + CHART_CONTENT_TYPES + end)
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
