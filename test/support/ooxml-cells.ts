// Cells straight from the XML of a workbook, with Excel's escapes undone: what a reader sees that knows the
// whole format.
import { child, parseXml, readParts, type XmlElement } from './ooxml.ts'
import { decoded, type CellValue } from './openpyxl.ts'

const DAY = 86_400_000
const EPOCH = 25_569

/** The worksheets in order, each with its cells by address; dates to the second. */
export async function readCells (
  file: string
): Promise<Array<{ name: string, cells: Record<string, CellValue> }>> {
  const parts = await readParts(file)
  const xml = (path: string): XmlElement => parseXml(parts.get(path)!)
  const strings = xml('xl/sharedStrings.xml').children.map((item) => decoded(item.children[0]!.text))
  const styles = xml('xl/styles.xml')
  const codes = new Map(
    child(styles, 'numFmts')!.children.map((
      { attributes }
    ) => [attributes['numFmtId'], attributes['formatCode']!])
  )
  const isDate = child(styles, 'cellXfs')!.children.map(({ attributes }) =>
    codes.get(attributes['numFmtId'])?.includes('yyyy') === true
  )
  return child(xml('xl/workbook.xml'), 'sheets')!.children.map(({ attributes }, i) => {
    const cells: Record<string, CellValue> = {}
    for (const row of child(xml(`xl/worksheets/sheet${i + 1}.xml`), 'sheetData')!.children) {
      for (const cell of row.children) {
        const { r, s, t } = cell.attributes
        const text = child(cell, 'v')!.text
        cells[r!] = t === 's'
          ? strings[Number(text)]!
          : t === 'str'
            ? text
            : isDate[Number(s)]!
              ? { date: clock(Number(text)) }
              : Number(text)
      }
    }
    return { name: attributes['name']!, cells }
  })
}

function clock (serial: number): string {
  return new Date(Math.round((serial - EPOCH) * DAY / 1000) * 1000).toISOString().slice(0, 19)
}
