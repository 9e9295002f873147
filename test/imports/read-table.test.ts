import fc from 'fast-check'
import t from 'tap'
import { Problems, Refusal } from '../../src/imports/problems.ts'
import { readTable } from '../../src/imports/sources/read-table.ts'
import type { TableNumbers } from '../../src/imports/sources/table-numbers.ts'
import { fuzzRuns } from './fuzz-runs.ts'

interface Table {
  rows: Array<[line: number, ...fields: string[]]>
  problems: Problems
  numbers: TableNumbers
}

/** A column whose name is longer than the beginning of a file that is read to see its dialect. */
const LONG = 'x'.repeat(17_000)

/** Reads a table in chunks of `size` bytes. If it begins with `LONG`, the header comes first as a whole. */
async function read (text: string | Buffer, size = 1000): Promise<Table> {
  const bytes = Buffer.from(text)
  const head = bytes.includes(LONG) ? LONG.length + 100 : 0
  const problems = new Problems()
  const rows: Table['rows'] = []
  let numbers: TableNumbers | undefined
  const file = {
    name: 'x.csv',
    base: 'x.csv',
    size: bytes.length,
    async * read () {
      if (head > 0) yield bytes.subarray(0, head)
      for (let i = head; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
    },
  }
  await readTable(file, (names, line, found) => {
    numbers = found
    rows.push([line, ...names])
    return (fields, line) => {
      rows.push([line, ...fields])
    }
  }, { problems })
  if (numbers === undefined) throw new Error('There was no header.')
  return { rows, problems, numbers }
}

const warnings = ({ problems }: Table) => problems.warnings().map(({ code, line }) => [code, line])
const sizes = [1, 2, 3, 4, 5, 7, 16, 1000]

t.test('rows and their lines are the same however the bytes come', async (t) => {
  const text = '\ufeffa,b\r\n1,"x\r\ny"\r\n\r\n2,é😀\n3,"a ""b"", c"\n"",\n4,last'
  const rows = [[2, '1', 'x\r\ny'], [5, '2', 'é😀'], [6, '3', 'a "b", c'], [8, '4', 'last']]
  for (const size of sizes) {
    for (const lines of ['\r\n', '\r', '\n']) {
      for (const name of ['b', LONG]) {
        const written = (text: string) => text.replaceAll(/\r?\n/g, lines)
        const table = await read(written(text.replace('b', name)), size)
        const expected = rows.map(([line, ...cells]) => [line, ...cells.map((one) => written(String(one)))])
        t.strictSame(table.rows, [[1, 'a', name], ...expected], `${size} bytes at a time`)
        const blank = table.problems.warnings().map(({ code, count }) => [code, count])
        t.strictSame(blank, [['blank_lines', 2]])
      }
    }
  }
})

t.test('every dialect of one table is the same table', async (t) => {
  const cells = [['name', 'city'], ['Núñez; A, B', 'Łódź'], ['"Q"\r\nx', '7,5\ty'], ['', 'é']]
  const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`
  const written = (separator: string, lineEnd: string) =>
    cells.map((row) => row.map(quoted).join(separator) + lineEnd).join('')
  const encodings: Array<[string, (text: string) => Buffer]> = [
    ['UTF-8', (text) => Buffer.from(text)],
    ['UTF-8 with BOM', (text) => Buffer.from(`\ufeff${text}`)],
    ['UTF-16', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, big endian', (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['UTF-16 without BOM', (text) => Buffer.from(text, 'utf16le')],
    ['UTF-16, big endian, without BOM', (text) => Buffer.from(text, 'utf16le').swap16()],
  ]
  for (const separator of [',', ';', '\t']) {
    for (const lineEnd of ['\n', '\r\n', '\r', '\r\r\n']) {
      for (const [encoding, encoded] of encodings) {
        for (const start of ['', `sep=${separator}${lineEnd}`, `"sep=${separator}"${lineEnd}`]) {
          const what = JSON.stringify([separator, lineEnd, encoding, start])
          const bytes = encoded(start + written(separator, lineEnd))
          const first = start === '' ? 1 : 2
          for (const size of [1, 7, 1000]) {
            const table = await read(bytes, size)
            t.strictSame(table.rows.map(([, ...fields]) => fields), cells, what)
            t.strictSame(table.rows.map(([line]) => line - first), [0, 1, 2, 4], what)
            t.strictSame(warnings(table), [])
          }
        }
      }
    }
  }
})

t.test('the separator is the one of the header, whatever is in the titles', async (t) => {
  const header = async (text: string) => (await read(text)).rows[0]!.slice(1)
  t.strictSame(await header('Name;Essay, a, b, c, d\nLee, A;7\n'), ['Name', 'Essay, a, b, c, d'])
  t.strictSame(await header('Name,Essay; a; b; c\nAnn,7\n'), ['Name', 'Essay; a; b; c'])
  t.strictSame(await header('Last, first;Score\nAnn;7\n'), ['Last, first', 'Score'])
  t.strictSame(await header('"Last, first";Score\n'), ['Last, first', 'Score'])
  t.strictSame(await header('Name\tLast, first; or none\n'), ['Name', 'Last, first; or none'])
  t.strictSame(await header('\n;;\nName;Score\n'), ['Name', 'Score'])
  t.strictSame(await header('SEP=;\nName, all;Score\n'), ['Name, all', 'Score'])
  t.strictSame(await header('sep=\\t\nName\tScore\n'), ['Name', 'Score'])
  t.strictSame(await header('sep=;\nName,Score\n'), ['Name', 'Score'], 'a line that is wrong')
  t.strictSame(await header('one\n'), ['one'])
  t.strictSame(await header(`${'x'.repeat(100_000)};b\n1;2`), ['x'.repeat(100_000), 'b'])
  await t.rejects(read('sep=|\na|b\n'), /names "\|" as its separator, expected a comma, a semicolon or a tab/)
  await t.rejects(read('sep=;\n'), /has no header/)
  await t.rejects(read(''), /has no header/)
})

t.test('Windows-1252 from its first line on, with a warning; what is neither is refused', async (t) => {
  const latin = (text: string) => Buffer.from(text, 'latin1')
  for (const size of sizes) {
    const table = await read(latin('a,b\n1,2\n"Mu\xf1oz",\x80 5\nO\x92Brien,x'), size)
    t.strictSame(table.rows, [[1, 'a', 'b'], [2, '1', '2'], [3, 'Muñoz', '€ 5'], [4, 'O’Brien', 'x']])
    t.strictSame(warnings(table), [['windows_1252', 3]])
  }
  const long = `a\n${'Muñoz\n'.repeat(20)}`
  t.strictSame(warnings(await read(latin(`${long}JOS\xc9\x92S\n`))), [['windows_1252', 2]], 'by chance UTF-8')
  const refused: Array<[Buffer, RegExp]> = [
    [Buffer.concat([Buffer.from('a\nMuñoz\n'), latin('Mu\xf1oz\n')]), /^3: is not UTF-8, but other lines are/],
    [Buffer.concat([latin('a\nMu\xf1oz\n'), Buffer.from('Muñoz\n')]), /^[23]: is (not )?UTF-8, but/],
    [Buffer.concat([Buffer.from('\ufeffa\nMu'), latin('\xf1oz\n')]), /^2: is not UTF-8/],
    [latin('a\nMu\x81oz\n'), /^2: is not text in UTF-8, UTF-16 or Windows-1252/],
    [latin('a\n\xf1\x01\n'), /^2: is not text in UTF-8/],
    [latin('a\nMu\xf1oz\nRen\x87e\n'), /^3: is not UTF-8; it may be in MacRoman/],
    [latin('a\nAndr\x8e\n'), /^2: is not UTF-8; it may be in MacRoman/],
    [latin('a,b\rMu\x96oz,1\r'), /^2: is not UTF-8; it may be in MacRoman/],
    [Buffer.from('a\nb\0\n'), /^2: has a NUL/],
    [Buffer.from('\ufeffa\nb\0\n', 'utf16le'), /^2: has a NUL/],
    [Buffer.from('\ufeffa\nb\ud800', 'utf16le'), /^1: is not complete UTF-16/],
    [Buffer.from('\ufeffa\nb', 'utf16le').subarray(0, -1), /^1: is not complete UTF-16/],
  ]
  for (const [bytes, expected] of refused) {
    for (const size of [1, 5, 1000]) {
      const error: unknown = await read(bytes, size).catch((error: unknown) => error)
      t.ok(error instanceof Refusal)
      if (error instanceof Refusal) t.match(`${error.place.line}: ${error.message}`, expected)
    }
  }
})

t.test('rows that are shorter, or longer by blank cells', async (t) => {
  const table = await read('a,b,c\n1\n1,2,3,,\n1,2,3, ,"",\n"1"\n1,2,3,,4\n"1",2,3,4\n')
  t.strictSame(table.rows.slice(1), [[2, '1'], [3, '1', '2', '3'], [4, '1', '2', '3'], [5, '1']])
  t.strictSame(table.problems.errors.map(({ line, message }) => `${line}: ${message}`), [
    '6: has 5 fields, expected 3 as in the header; a field with a comma in it must be in quotes',
    '7: has 4 fields, expected 3 as in the header; a field with a comma in it must be in quotes',
  ])
  t.match((await read('a;b\n1;2;3')).problems.errors, [{ message: /a field with a semicolon in it/ }])
  t.strictSame(warnings(table), [])
  t.strictSame(warnings(await read('a,b\n1,2\n1')), [['cut_off', 3]])
  t.strictSame(warnings(await read('a,b\n1\n1,2')), [])
  for (const end of ['\n', '\r\n', '\r']) t.strictSame(warnings(await read(`a,b${end}1${end}`)), [])
})

t.test('a cell that keeps a spreadsheet from removing zeros is the text in it', async (t) => {
  const text = 'id,name\n="0042",Ann\n"=""0043""","=""x"" y"\n"a,=""b"",c",="01"\n="1",="2"\n'
  for (const size of sizes) {
    t.strictSame((await read(text, size)).rows.slice(1), [
      [2, '0042', 'Ann'], [3, '0043', '="x" y'], [4, 'a,="b",c', '01'], [5, '1', '2'],
    ])
  }
  t.strictSame((await read('id;b\r="0042";="x, y"\r')).rows.slice(1), [[2, '0042', 'x, y']])
  await t.rejects(read('a,b\nx="1",2\n'), /has a quote inside a field/)
})

t.test('what a comma in a number is', async (t) => {
  const number = async (cell: string, others: string, separator = ',') => {
    const quoted = separator === ',' ? `"${cell}"` : cell
    const { numbers } = await read(`a${separator}b\n${quoted}${separator}x\n${others}`, 16)
    return numbers.of(cell)
  }
  for (const separator of [';', '\t']) {
    t.equal(await number('1,234', '', separator), 1.234)
    t.equal(await number('7,5', '7.5', separator), 7.5)
    t.equal(await number('1,234,567', '', separator), 1_234_567)
    t.equal(await number('1,234.5', '', separator), 1234.5)
  }
  t.equal(await number('7,5', ''), 7.5)
  t.equal(await number('0,875', ''), 0.875)
  t.equal(await number('-1234,567', ''), -1234.567)
  t.equal(await number('1,234,567', ''), 1_234_567)
  t.equal(await number('1,234.5', ''), 1234.5)
  t.equal(await number('1,234', ''), undefined, 'no proof')
  t.equal(await number('1,234', 'x,15\n2,"1,500 %"\n'), undefined, 'no proof either')
  for (const proof of ['"7,5",x', 'x,"75,3333 %"', '"0,875",', '"-0,5"\n7.5', '"1234,567"']) {
    t.equal(await number('1,234', `${'x,y\n'.repeat(50)}${proof}\n`), 1.234, proof)
    t.equal(await number('1,234', `${'x,y\n'.repeat(50)}${proof}`), 1.234, proof)
  }
  for (const proof of ['7.5,', 'x,75.3 %', '"1,234.5",', '"1,234,567"']) {
    t.equal(await number('1,234', `${'x,y\n'.repeat(50)}${proof}\n`), 1234, proof)
  }
  for (const cell of ['1,23,4', '1,234,5', '1.234,5', ',5', '5,', '1,2.3', 'x', '']) {
    t.equal(await number(cell, '7.5'), undefined, cell)
  }
  const { numbers } = await read('a\n"1,234"\n')
  const expected = /^a number; "1,234" can be 1234 or 1\.234, and no other number/
  t.match(numbers.expected('1,234', 'a number'), expected)
  t.equal(numbers.expected('1,2,3', 'a number'), 'a number')
})

t.test('any correctly written table is read as it was written', async () => {
  const field = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) =>
    !text.includes('\0') && text.isWellFormed() && !text.startsWith('="')
  )
  const table = fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(
      table,
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.constantFrom(',', ';', '\t'),
      fc.constantFrom('utf8', 'utf16le'),
      fc.boolean(),
      fc.constantFrom('h3', LONG),
      async (rows, size, lineEnd, separator, encoding, always, last) => {
        const quoted = (text: string) => always || /[",;\t\r\n]/.test(text) || text.startsWith('\ufeff')
          ? `"${text.replaceAll('"', '""')}"`
          : text
        const text = [['h1', 'h2', last], ...rows].map((row) => row.map(quoted).join(separator) + lineEnd)
          .join('')
        const result = await read(Buffer.from(text, encoding as BufferEncoding), size)
        const kept = rows.filter((row) => row.some((value) => value.trim() !== ''))
        const got = result.rows.slice(1).map(([, ...fields]) =>
          fields
        )
        if (JSON.stringify(got) !== JSON.stringify(kept)) {
          throw new Error(
            `${JSON.stringify(text)} was read as ${JSON.stringify(got)}`
          )
        }
      }
    ),
    { numRuns: fuzzRuns(200), seed: 20260302 }
  )
})

t.test('hostile and half-broken tables: rows or a refusal with its line, for any chunks', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'a', 'b', ',', ';', '\t', '"', '""', '\n', '\r', '\r\n', '\r\r\n', '="', '="1"', 'sep=;\n', 'sep=', '|',
      '1,234', '7,5', '7.5', '1.0E+13', '\ufeff', '\0', ' ', 'é', '😀', 'NULL', ','.repeat(50), 'x'.repeat(300)
    ).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
    fc.string({ maxLength: 8 }).map((text) => Buffer.from(text, 'utf16le'))
  )
  const start = fc.constantFrom(
    '', 'h1,h2\n', 'h1;h2\r\n', 'h1\th2\r', 'sep=;\nh1;h2\n', '\ufeffh1,h2\n', `h1,${LONG}\n`,
    `h1;${LONG}\r\n`, `h1,${LONG}\r`, `\ufeffh1\t${LONG}\n`
  )
  const ROWS = Buffer.from('1\n'.repeat(60))
  const shown = async (bytes: Buffer, size: number) => {
    try {
      const { rows, problems } = await read(bytes, size)
      const width = (rows[0]?.length ?? 0)
      if (rows.some((row) => row.length > width)) throw new Error('A row has more fields than the header.')
      return { rows, errors: problems.errors, warnings: problems.warnings() }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if ((error.place.line ?? 0) < 1) throw new Error('A refusal has no line.', { cause: error })
      // Which fault is found first may depend on the chunks, and so does its line where encodings are mixed.
      return 'refused'
    }
  }
  await fc.assert(
    fc.asyncProperty(
      start,
      fc.array(piece, { maxLength: 30 }),
      fc.integer({ min: 1, max: 50 }),
      async (header, pieces, size) => {
        const bytes = Buffer.concat([Buffer.from(header), ...header.length > 1e4 ? [ROWS] : [], ...pieces])
        const [whole, parts] = [await shown(bytes, 1e6), await shown(bytes, size)]
        if (JSON.stringify(whole) !== JSON.stringify(parts)) {
          throw new Error(`${JSON.stringify(whole)} or ${JSON.stringify(parts)}`)
        }
      }
    ),
    { numRuns: fuzzRuns(500), seed: 20261126 }
  )
})

t.test('a header of more columns than any table has is refused in a few words', async (t) => {
  const columns = (count: number) => Array.from({ length: count }, (_, i) => `c${i}`).join(',')
  t.equal((await read(`${columns(20_000)}\n`, 65_536)).rows[0]?.length, 20_001)
  await t.rejects(read(`${columns(20_001)}\n`, 65_536), /has 20001 columns, expected at most 20000/)
  await t.rejects(read(`"a"${','.repeat(300_000)}\n`, 65_536), /has 300001 columns/)
})
