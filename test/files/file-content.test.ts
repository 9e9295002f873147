// What a file is, against what its type and its name say. The documents are real ones: made by our own writer
// of workbooks, by zip and CFB as their specifications have them.
import { writeFileSync, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import t, { type Test } from 'tap'
import XlsxPopulate from 'xlsx-populate'
import { ZipFile } from 'yazl'
import { contentProblem } from '../../src/files/file-content.ts'

const OOXML = 'application/vnd.openxmlformats-officedocument.'
const ODF = 'application/vnd.oasis.opendocument.'
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64'
)
const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffdb0043', 'hex')
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
const WEBP = Buffer.from('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA', 'base64')
const CFB = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(2040)])
const HTML = '<!DOCTYPE html><html><script>alert(1)</script></html>'
const SVG = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'

async function zip (entries: Array<[name: string, content: string, compress?: boolean]>): Promise<Buffer> {
  const file = new ZipFile()
  for (const [name, content, compress = true] of entries) {
    file.addBuffer(Buffer.from(content), name, {
      compress,
    })
  }
  file.end()
  const chunks: Buffer[] = []
  for await (const chunk of file.outputStream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const contentTypes = (type: string) =>
  `<?xml version="1.0"?><Types><Override PartName="/main.xml" ContentType="${type}.main+xml"/></Types>`
const ooxml = (kind: string) => zip([
  ['docProps/app.xml', 'x'.repeat(20_000), false],
  ['[Content_Types].xml', contentTypes(`${OOXML}${kind}`)],
])
const odf = (kind: string) => zip([['mimetype', `${ODF}${kind}`, false], ['content.xml', '<x/>']])

function checker (t: Test) {
  const path = join(t.testdir(), 'file')
  return async (content: string | Buffer, filename: string, type: string) => {
    writeFileSync(path, content)
    return await contentProblem(path, { filename, type })
  }
}

t.test('content that matches its type is accepted', async (t) => {
  const check = checker(t)
  const workbook = await (await XlsxPopulate.fromBlankAsync()).outputAsync() as unknown as Buffer
  for (const [content, filename, type] of [
    [PNG, 'a.png', 'image/png'], [PNG, 'A.PNG', 'image/png'], [JPEG, 'a.jpg', 'image/jpeg'],
    [JPEG, 'a.jpeg', 'image/jpeg'], [GIF, 'a.gif', 'image/gif'], [WEBP, 'a.webp', 'image/webp'],
    ['%PDF-1.7\n', 'a.pdf', 'application/pdf'], [await zip([['a', 'b']]), 'a.zip', 'application/zip'],
    [await zip([]), 'a.zip', 'application/zip'],
    [await ooxml('wordprocessingml.document'), 'a.zip', 'application/x-zip-compressed'],
    [workbook, 'a.xlsx', `${OOXML}spreadsheetml.sheet`],
    [await ooxml('wordprocessingml.document'), 'a.docx', `${OOXML}wordprocessingml.document`],
    [await ooxml('presentationml.presentation'), 'a.pptx', `${OOXML}presentationml.presentation`],
    [await ooxml('presentationml.slideshow'), 'a.ppsx', `${OOXML}presentationml.slideshow`],
    [await odf('text'), 'a.odt', `${ODF}text`], [await odf('spreadsheet'), 'a.ods', `${ODF}spreadsheet`],
    [CFB, 'a.doc', 'application/msword'], [CFB, 'a.xls', 'application/vnd.ms-excel'],
    [CFB, 'a.ppt', 'application/vnd.ms-powerpoint'],
    ['plain', 'a.txt', 'text/plain'], ['# Notes', 'notes.md', 'text/plain'],
    ['read me', 'README', 'text/plain'], ['1 < 2, and <3', 'a.txt', 'text/plain'],
    ['BM of MZ\f', 'a.txt', 'text/plain'],
    ['\ufeffa;ü\r\n', 'a.csv', 'text/csv'], [Buffer.from('\ufeffname,ü', 'utf16le'), 'a.csv', 'text/csv'],
    [Buffer.from('\ufeffname,ü', 'utf16le').swap16(), 'a.csv', 'text/csv'],
    [Buffer.from('caf\u00e9', 'latin1'), 'a.csv', 'text/csv'],
    ['', 'a.pdf', 'application/pdf'], [HTML, 'a.html', 'text/html'], [SVG, 'a.svg', 'image/svg+xml'],
    ['{}', 'a.json', 'application/json'],
    [HTML, 'a.anything', 'application/octet-stream'], ['own', 'a.own', 'image/x-own'],
  ] as Array<[string | Buffer, string, string]>) {
    t.equal(
      await check(content, filename, type), undefined, `${filename} ${type}`
    )
  }
})

t.test('content of another type is refused', async (t) => {
  const check = checker(t)
  const macros = await zip([
    ['[Content_Types].xml', contentTypes('application/vnd.ms-word.document.macroEnabled')],
  ])
  for (const [content, filename, type] of [
    [HTML, 'a.png', 'image/png'], [HTML, 'a.jpg', 'image/jpeg'], [HTML, 'a.pdf', 'application/pdf'],
    [HTML, 'a.zip', 'application/zip'], [HTML, 'a.doc', 'application/msword'], [HTML, 'a.own', 'image/x-own'],
    [SVG, 'a.png', 'image/png'], [SVG, 'a.webp', 'image/webp'],
    [HTML, 'a.docx', `${OOXML}wordprocessingml.document`], [HTML, 'a.odt', `${ODF}text`],
    [PNG, 'a.gif', 'image/gif'], [GIF, 'a.png', 'image/png'], [JPEG, 'a.pdf', 'application/pdf'],
    [PNG, 'a.own', 'image/x-own'], [PNG, 'a.zip', 'application/zip'], ['PK', 'a.zip', 'application/zip'],
    [await zip([['index.html', HTML]]), 'a.docx', `${OOXML}wordprocessingml.document`],
    [await zip([['mimetype', 'text/html', false]]), 'a.odt', `${ODF}text`],
    [await odf('spreadsheet'), 'a.odt', `${ODF}text`],
    [await ooxml('spreadsheetml.sheet'), 'a.docx', `${OOXML}wordprocessingml.document`],
    [macros, 'a.docx', `${OOXML}wordprocessingml.document`],
    [CFB, 'a.docx', `${OOXML}wordprocessingml.document`],
    [await ooxml('wordprocessingml.document'), 'a.doc', 'application/msword'],
    [await ooxml('wordprocessingml.document'), 'a.png', 'image/png'],
    [
      (await ooxml('wordprocessingml.document')).subarray(0, 20_000),
      'a.docx',
      `${OOXML}wordprocessingml.document`,
    ],
  ] as Array<[string | Buffer, string, string]>) {
    t.match(
      await check(content, filename, type),
      /^file: the content of a\.\w+ is not [^ ]+\. Save it/,
    `${filename} ${type}`
    )
  }
  for (const [content, filename, type] of [
    [HTML, 'a.txt', 'text/plain'], [` \r\n${HTML}`, 'a.txt', 'text/plain'],
    [`\ufeff${HTML}`, 'a.csv', 'text/csv'], [SVG, 'a.txt', 'text/plain'],
    ['<!-- --><script>', 'a.csv', 'text/csv'], ['<body onload=x>', 'a.md', 'text/plain'],
    [Buffer.from(`\ufeff${HTML}`, 'utf16le'), 'a.txt', 'text/plain'], ['%PDF-1.7', 'a.txt', 'text/plain'],
    ['{\\rtf1', 'a.txt', 'text/plain'],
  ] as Array<[string | Buffer, string, string]>) {
    t.match(
      await check(content, filename, type),
      /^file: a\.\w+ starts like a document of another type/,
    `${filename} ${type}`
    )
  }
  for (const content of [
    PNG,
    CFB,
    await zip([['a', 'b']]),
    'a\0b',
    Buffer.from('no mark', 'utf16le'),
    Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]),
  ]) {
    t.match(await check(content, 'a.csv', 'text/csv'), /^file: a\.csv is not text/)
  }
})

t.test('the name has to match too, and is quoted in short form', async (t) => {
  const check = checker(t)
  for (const [filename, type] of [
    ['a.html', 'image/png'], ['a', 'image/png'], ['a.png.exe', 'image/png'], ['a.png ', 'image/gif'],
    ['a.htm', 'text/plain'], ['a.svg', 'text/plain'], ['a.js', 'text/plain'], ['a.txt', 'text/csv'],
    ['', 'text/csv'],
    ['a.docm', `${OOXML}wordprocessingml.document`], ['a.html', 'image/x-own'],
  ] as const) {
    t.match(
      await check(PNG, filename, type),
      /^file: the name \S+ does not match the type [^ ]+\. Its extension must be one /,
    `${filename} ${type}`
    )
  }
  t.equal(
    await check('x', 'a.html', 'image/png'),
    'file: the name a.html does not match the type image/png. Its extension must be one of .png.'
  )
  const long = await check('x', `${'n'.repeat(50_000)}.html`, 'image/png')
  t.ok(long !== undefined && long.length < 200)
  t.notMatch(await check('x', 'a\u001b[31m\u202E.html', 'image/png'), /[\p{Cc}\u202E]/u)
})

t.test('an archive that is made to be expensive', async (t) => {
  const type = `${OOXML}wordprocessingml.document`
  const path = join(t.testdir(), 'file')
  // Twenty megabytes of blanks where the content types are, before what is looked for.
  const bomb = new ZipFile()
  bomb.addBuffer(Buffer.from(' '.repeat(20_000_000) + contentTypes(type)), '[Content_Types].xml')
  bomb.end()
  const out = createWriteStream(path)
  bomb.outputStream.pipe(out)
  await finished(out)
  t.match(await contentProblem(path, { filename: 'a.docx', type }), /is not/)
  writeFileSync(
    path,
    await zip([
      ...Array.from({ length: 6000 }, (_, i): [string, string, boolean] => [`e${i}`, '', false]),
      ['[Content_Types].xml', contentTypes(type)],
    ])
  )
  t.match(await contentProblem(path, { filename: 'a.docx', type }), /is not/)
})
