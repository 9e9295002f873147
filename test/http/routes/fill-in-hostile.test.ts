// Tables that are made to break what fills them in, and people who want what is not theirs.
import t from 'tap'
import { archiveOf, fillIn, fillInPath, OFFICE_COURSE } from '../../fill-in/fill-in-requests.ts'
import { OFFICE_PARTS, partsOf } from '../../fill-in/office.ts'
import { startTestService, TEACHER } from '../../support/test-service.ts'
import { upload } from './import-upload.ts'

const BY_ID = [{ column: 'ID', by: 'student_identifier' }]
const GRADE = [{ column: 'Grade', with: 'course_average', decimals: 0 }]
const OPTIONS = { match: BY_ID, fill: GRADE }
const SHEET = 'xl/worksheets/sheet1.xml'

t.test('tables and people', async (t) => {
  const service = await startTestService(t, { courses: [OFFICE_COURSE, { ...OFFICE_COURSE, teachers: [] }] })
  const token = await service.token('teacher', { email: TEACHER })
  const sheetOf = async (xml: string, options: object = {}) => {
    const bytes = await archiveOf(t, { ...OFFICE_PARTS, [SHEET]: xml })
    const { job } = await fillIn(service, {
      name: 'a.xlsx', bytes, options: { ...OPTIONS, sheet: 'Grades', ...options }, token,
    })
    if (job?.url == null) return { job, xml: undefined }
    const file = await service.call('GET', new URL(job.url).pathname, { token })
    return { job, xml: (await partsOf(file.bytes))[SHEET] }
  }
  const xml = OFFICE_PARTS[SHEET] ?? ''

  await t.test('one formula for several cells keeps all of them', async (t) => {
    const array = xml
      .replace('<c r="C4" s="1"/>', '<c r="C4" s="1"><f t="array" ref="C4:C5">ROW(A4:A5)</f><v>4</v></c>')
      .replace('<c r="C6"><f>1+1</f></c>', '')
    const { job, xml: after } = await sheetOf(array, { overwrite: true })
    t.match(job.result.counts, { matched: 3, filled: 1, formulas: 2 })
    t.equal(after, array.replace('<c r="D6"/>', '<c r="C6"><v>100</v></c><c r="D6"/>'))
  })

  await t.test('a protected sheet, a filter and merged cells stay as they are', async (t) => {
    const protectedXml = xml.replace('</sheetData>', '</sheetData><sheetProtection algorithmName="SHA-512" ' +
      'hashValue="eA==" saltValue="eA==" spinCount="1" sheet="1"/><autoFilter ref="A3:E6"/>')
    const { xml: after } = await sheetOf(protectedXml)
    t.equal(after, protectedXml.replace('<c r="C4" s="1"/>', '<c r="C4" s="1"><v>93</v></c>'))
    const merged = xml.replace('ref="A1:C1"', 'ref="C3:C5"')
    const { job, xml: same } = await sheetOf(merged, { overwrite: true })
    t.match(job.result.counts, { filled: 0, kept: 2, formulas: 1 })
    t.equal(same, merged, 'what a merged cell covers')
  })

  await t.test('a table, hidden rows, shared formulas, rich text, the same header twice', async (t) => {
    const compatibility = 'http://schemas.openxmlformats.org/markup-compatibility/2006'
    const inline = (at: string, text: string) => `<c r="${at}" t="inlineStr"><is><t>${text}</t></is></c>`
    const rich = '<is><r><t>00</t></r><r><rPr><b/></rPr><t>42</t></r><rPh sb="0" eb="1"><t>x</t></rPh></is>'
    // The column ALM is the 1,001st one.
    const rows = {
      61: `<row r="61" hidden="1"><c r="A61" t="inlineStr">${rich}</c><c r="B61" s="1"><v>42005</v></c>` +
        '<c r="ALM61" s="2"/></row>',
      62: `<row r="62">${inline('A62', '0007')}` +
        '<c r="C62"><f t="shared" ref="C62:C63" si="0">1+1</f><v>2</v></c>' +
        '<c r="ALM62" s="1"><v>42006</v></c><c r="ALN62"><f>C62</f><v>2</v></c></row>',
      63: `<row r="63">${inline('A63', '0008')}<c r="C63"><f t="shared" si="0"/><v>2</v></c></row>`,
    }
    const before = xml.slice(0, xml.indexOf('<worksheet')) +
      xml.slice(xml.indexOf('<worksheet'), xml.indexOf('>', xml.indexOf('<worksheet'))) +
      ` xmlns:mc="${compatibility}" mc:Ignorable="x14ac" xmlns:x14ac="urn:x14ac">` +
      '<cols><col min="3" max="3" hidden="1" width="0"/>' +
      '<col min="900" max="1100" style="2" width="9"/></cols>' +
      `<sheetData><row r="1" x14ac:dyDescent="0.25">${inline('A1', 'Spring')}</row><row r="60">` +
      `${inline('A60', 'ID')}${inline('B60', 'Born')}${inline('C60', 'Grade')}` +
      `${inline('ALM60', 'Far')}</row>` +
      `${Object.values(rows).join('')}</sheetData><sheetProtection sheet="1" objects="1"/>` +
      '<mc:AlternateContent><mc:Choice Requires="x14"><controls/></mc:Choice><mc:Fallback/>' +
      '</mc:AlternateContent><tableParts count="1"><tablePart id="rId1"/></tableParts></worksheet>'
    const parts: Record<string, string> = {
      ...OFFICE_PARTS,
      [SHEET]: before,
      'xl/worksheets/sheet2.xml': before,
      'xl/worksheets/_rels/sheet1.xml.rels': '<Relationships/>',
      'xl/tables/table1.xml': '<table ref="A60:C63"><autoFilter ref="A60:C63"/></table>',
    }
    const { job } = await fillIn(service, {
      name: 'a.xlsx',
      bytes: await archiveOf(t, parts),
      options: {
        match: BY_ID, fill: [...GRADE, { ...GRADE[0], column: 'Far' }], sheet: 'Grades', header_row: 60,
        overwrite: true,
      },
      token,
    })
    t.match(job, { result: { counts: { matched: 3, filled: 4, formulas: 2, kept: 0 } } })
    const after = await partsOf((await service.call('GET', new URL(job.url).pathname, { token })).bytes)
    t.equal(after[SHEET], before
      .replace('<c r="ALM61" s="2"/>', '<c r="C61"><v>93</v></c><c r="ALM61" s="2"><v>93</v></c>')
      .replace('<v>42006</v>', '<v>15</v>')
      .replace('si="0"/><v>2</v></c>', 'si="0"/><v>2</v></c><c r="ALM63" s="2"><v>100</v></c>'))
    const others = ['worksheets/sheet2.xml', 'worksheets/_rels/sheet1.xml.rels', 'tables/table1.xml']
    for (const part of others) t.equal(after[`xl/${part}`], parts[`xl/${part}`], part)
  })

  await t.test('a part that says that it is smaller than it is', async (t) => {
    const bomb = await archiveOf(t, { ...OFFICE_PARTS, [SHEET]: xml + ' '.repeat(200_000) })
    const at = bomb.lastIndexOf(Buffer.from(SHEET))
    bomb.writeUInt32LE(100, at - 46 + 24)
    const { job } = await fillIn(service, { bytes: bomb, options: { ...OPTIONS, sheet: 'Grades' }, token })
    t.match(job, { status: 'failed', error: { code: 'FILL_IN_FAILED', message: /damaged/ } })
  })

  await t.test('texts: long cells, a header beyond the end, thousands of columns', async (t) => {
    const cases: Array<[bytes: string, options: object, expected: object]> = [
      [`ID,Grade\n"${'x'.repeat(1_000_001)}",\n`, OPTIONS, { error: { message: /Row 2 has a cell.*too long/ } }],
      [`ID,Grade\n${'x'.repeat(1_000_001)},\n`, OPTIONS, { error: { message: /too long/ } }],
      ['ID,Grade\n0042,\n', { ...OPTIONS, header_row: 900 }, { error: { message: /Row 900 lacks.*ID, Grade/ } }],
      [`ID,Grade${',x'.repeat(20_000)}\n`, OPTIONS, { error: { message: /too many columns/ } }],
      [`ID,Grade${',x'.repeat(5000)}\n0042,\n`, OPTIONS, { result: { counts: { filled: 1 } } }],
    ]
    for (const [bytes, options, expected] of cases) {
      const { job } = await fillIn(service, { bytes, options, token })
      t.match(job, expected)
    }
    const big = Buffer.concat([
      Buffer.from([0xfe, 0xff]), Buffer.from('ID;Grade\r\n0042;\r\n', 'utf16le').swap16(),
    ])
    const { job } = await fillIn(service, { bytes: big, options: OPTIONS, token })
    const { bytes } = await service.call('GET', new URL(job.url).pathname, { token })
    t.equal(bytes.swap16().toString('utf16le'), '\u{feff}ID;Grade\r\n0042;93\r\n')
  })

  await t.test('two requests at once have a job and a file each; other courses have none', async (t) => {
    const options = { options: JSON.stringify(OPTIONS) }
    const send = (id: string) =>
      upload(service, fillInPath(service), { name: 'a.csv', bytes: `ID,Grade\n${id},\n` }, options, token)
    const answers = await Promise.all([send('0042'), send('0008')])
    const texts = await Promise.all(answers.map(async ({ json }) => {
      const { url } = (await service.call('GET', json.job, { token })).json() as { url: string }
      return (await service.call('GET', new URL(url).pathname, { token })).text
    }))
    t.strictSame(texts, ['ID,Grade\n0042,93\n', 'ID,Grade\n0008,100\n'])
    const other = `/api/courses/${service.courseIds[1]}/fill-in`
    const refused = await upload(service, other, { name: 'a.csv', bytes: 'ID,Grade\n' }, options, token)
    t.equal(refused.status, 403)
  })
})
