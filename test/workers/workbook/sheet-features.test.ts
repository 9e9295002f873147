// What a workbook has besides its values: conditional formats, names, validations, the chart, and the styles
// of task cells.
import t from 'tap'
import { child, parseXml, readParts, type XmlElement } from '../../support/ooxml.ts'
import { makeWorkbook, type MadeWorkbook } from '../../support/workbook.ts'
import { CORPUS, PHYSICS } from './corpus.ts'

const folder = t.testdir()

async function parsed (made: MadeWorkbook): Promise<(path: string) => XmlElement> {
  const parts = await readParts(made.file)
  return (path) => parseXml(parts.get(`xl/${path}`)!)
}

function all (element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((each) => each.name === name ? [each, ...all(each, name)] : all(each, name))
}

/** Rows of Summary by their label in column A: the number of the row. */
async function labels (made: MadeWorkbook): Promise<Map<string, number>> {
  const part = await parsed(made)
  const strings = part('sharedStrings.xml').children.map((item) => item.children[0]!.text)
  return new Map(all(part('worksheets/sheet1.xml'), 'c').flatMap(({ attributes, children }) => {
    const row = /^A(\d+)$/.exec(attributes['r']!)?.[1]
    return row === undefined ? [] : [[strings[Number(children.at(-1)!.text)]!, Number(row)]]
  }))
}

t.test('highlighting, on task cells only and through a name', async (t) => {
  const rules = async (kind: Parameters<typeof makeWorkbook>[3]): Promise<Array<[string, string[]]>> => {
    const part = await parsed(await makeWorkbook(folder, JSON.stringify(kind).replace(/\W/g, ''), PHYSICS, kind))
    return all(part('worksheets/sheet2.xml'), 'conditionalFormatting').map(({ attributes, children }) =>
      [attributes['sqref']!, children.map(({ children }) => children[0]!.text)]
    )
  }
  const isOn = 'HighlightBelow>0,$F9="Active"'
  t.strictSame(await rules({}), [['J9:L13', [
    `AND(${isOn},J9="Missing")`,
    `IF(ISNUMBER(J9),AND(${isOn},J9<HighlightBelow),FALSE)`,
  ]]])
  t.strictSame(await rules({ values: 'points' }), [['J9:L13', [
    `AND(${isOn},J9="Missing")`,
    `IF(ISNUMBER(J9),AND(${isOn},J9/(J$4+(J$4=0))<HighlightBelow),FALSE)`,
  ]]])
  const spanish = 'HighlightBelow>0,$E9="Activo"'
  t.strictSame(await rules({ language: 'es', sheets: 'period' }), [['I9:K11', [
    `AND(${spanish},I9="No entregada")`,
    `IF(ISNUMBER(I9),AND(${spanish},I9<HighlightBelow),FALSE)`,
  ]]])
})

t.test('names, validations and corners', async (t) => {
  const made = await makeWorkbook(folder, 'names', CORPUS['names of grades']!, { sheets: 'period' })
  const part = await parsed(made)
  const rows = await labels(made)
  const names = child(part('workbook.xml'), 'definedNames')!.children
  const named = (name: string): Array<[string | undefined, string]> =>
    names.filter(({ attributes }) => attributes['name'] === name)
      .map(({ attributes, text }) => [attributes['localSheetId'], text])
  const limit = rows.get('Highlight scores below')!
  t.strictSame(named('HighlightBelow'), [[undefined, `Summary!$B$${limit}`]])
  t.strictSame(named('Title'), [['1', "'1st'!$A$8"], ['2', "'2nd'!$A$8"]], 'for screen readers')

  const summary = part('worksheets/sheet1.xml')
  const [total, grades] = [rows.get('Total')!, rows.get('Grade')!]
  t.strictSame(
    all(summary, 'dataValidation').map(({ attributes, children }) =>
      [attributes['type'], attributes['sqref'], ...children.map(({ text }) => text)]
    ),
    [
      ['decimal', `B${total - 2}:B${total - 1}`, '0', '1'],
      ['decimal', `B${grades + 1}:B${grades + 6}`, '0', '10'],
      ['decimal', `B${limit}`, '0', '1'],
    ]
  )
  const ids = all(part('worksheets/sheet2.xml'), 'ignoredError').find(({ attributes }) =>
    attributes['sqref']!.startsWith('A9:')
  )
  t.equal(ids?.attributes['numberStoredAsText'], '1')
  const hidden = all(summary, 'col').filter(({ attributes }) => attributes['hidden'] === '1')
  t.ok(hidden.length > 0)
  t.strictSame(new Set(hidden.map(({ attributes }) => attributes['outlineLevel'])), new Set(['1']))
})

t.test('the chart shows the bands, live and with their values', async (t) => {
  const made = await makeWorkbook(folder, 'chart', PHYSICS)
  const part = await parsed(made)
  const first = (await labels(made)).get('Course averages')! + 1
  const chart = part('charts/chart1.xml')
  t.equal(all(chart, 'c:barDir')[0]!.attributes['val'], 'col')
  const series = all(chart, 'c:ser')
  t.equal(series.length, 1)
  const data = (name: string): [string, string[]] => {
    const element = child(series[0]!, name)!
    return [all(element, 'c:f')[0]!.text, all(element, 'c:v').map(({ text }) => text)]
  }
  const table = made.tables.find(({ headings }) => headings[0] === 'Course averages')!.rows
  t.strictSame(data('c:cat'), [`Summary!$A$${first}:$A$${first + 9}`, table.map(([label]) => label)])
  t.strictSame(data('c:val'), [`Summary!$B$${first}:$B$${first + 9}`, table.map(([, n]) => String(n))])
  t.match(all(part('drawings/drawing1.xml'), 'xdr:cNvPr')[0]!.attributes['descr'], /students in each band/)
})

t.test('looks of task cells', async (t) => {
  for (const values of ['percent', 'points'] as const) {
    const made = await makeWorkbook(folder, `looks-${values}`, CORPUS['every look']!, { values })
    const part = await parsed(made)
    const styles = part('styles.xml')
    const formats = child(styles, 'cellXfs')!.children
    t.ok(formats.length <= 60, `${formats.length} formats in ${values}`)
    t.strictSame(
      all(styles, 'color').filter(({ attributes }) => attributes['rgb'] !== 'FF6B6B6B'),
      [],
      'no color but gray'
    )
    const fills = child(styles, 'fills')!.children
    const headings = formats.filter(({ attributes }) =>
      all(fills[Number(attributes['fillId'])]!, 'fgColor')[0]?.attributes['rgb'] === 'FFDCE6F1'
    )
    t.strictSame(
      new Set(headings.map((format) => child(format, 'alignment')?.attributes['vertical'])),
      new Set(['center']),
      'headings have one height'
    )
    const codes = new Map([
      // Two that every reader knows, ECMA-376 part 1, 18.8.30.
      ['9', '0%'],
      ['2', '0.00'],
      ...child(styles, 'numFmts')!.children.map(({ attributes }): [string, string] =>
        [attributes['numFmtId']!, attributes['formatCode']!]
      ),
    ])
    const look = (cell: XmlElement): string[] => {
      const { fontId, borderId, numFmtId } = formats[Number(cell.attributes['s'])]!.attributes
      const font = child(styles, 'fonts')!.children[Number(fontId)]!
      const box = child(styles, 'borders')!.children[Number(borderId)]!.children[0]!.attributes['style']
      return [
        ...(child(font, 'i') === undefined ? [] : ['late']),
        ...(child(font, 'u') === undefined ? [] : ['provisional']),
        ...(child(font, 'color') === undefined ? [] : ['dropped']),
        ...(box === undefined ? [] : ['zeroed']),
        codes.get(numFmtId!) ?? 'General',
      ]
    }
    const cells = new Map(all(part('worksheets/sheet2.xml'), 'c').map((cell) =>
      [cell.attributes['r']!, cell]
    ))
    // Columns J to AA are the tasks. Of the first three, one has 10 points, one a third of a point, one none.
    const row = (n: number): string[] => ['J', 'K', 'L', 'P', 'R'].map((column) =>
      look(cells.get(`${column}${n}`)!).join(' ')
    )
    const expected = values === 'percent'
      ? ['0%', '0%', '0%', 'zeroed 0%', 'zeroed 0%']
      : ['General', 'General', '0%', 'zeroed General', 'zeroed 0%']
    t.strictSame(row(9), expected, `${values}: in time`)
    t.equal(look(cells.get('N9')!).at(-1), values === 'percent' ? '0%' : '0.00', 'more than two decimals')
    const marks = new Set([...cells].filter(([at]) => /^J\d\d?$/.test(at) && Number(at.slice(1)) > 8)
      .map(([, cell]) => look(cell).slice(0, -1).join(' ')))
    t.strictSame([...marks].toSorted((a, b) => a.localeCompare(b, 'en')), [
      '', 'dropped', 'late', 'late dropped', 'late provisional', 'late provisional dropped', 'provisional',
      'provisional dropped',
    ])
  }
})
