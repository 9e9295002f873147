import fc from 'fast-check'
import t from 'tap'
import { readTable } from '../../src/imports/sources/read-table.ts'
import { Problems } from '../../src/imports/problems.ts'

/** Reads text in chunks of so many bytes. */
async function read (text: string | Buffer, size: number) {
  const bytes = Buffer.from(text)
  const problems = new Problems()
  const rows: Array<[line: number, ...fields: string[]]> = []
  const file = {
    name: 'x.csv',
    base: 'x.csv',
    size: bytes.length,
    async * read () {
      for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
    },
  }
  await readTable(file, (names, line) => {
    rows.push([line, ...names])
    return (fields, line) => {
      rows.push([line, ...fields])
    }
  }, { problems })
  return { rows, problems }
}

t.test('rows and their lines are the same however the bytes come', async (t) => {
  const text = '\ufeffa,b\r\n1,"x\r\ny"\r\n\r\n2,é😀\n3,"a ""b"", c"\n"",\n4,last'
  const expected = [[1, 'a', 'b'], [2, '1', 'x\r\ny'], [5, '2', 'é😀'], [6, '3', 'a "b", c'], [
    8,
    '4',
    'last',
  ]]
  for (const size of [1, 2, 3, 4, 5, 7, 16, 1000]) {
    const { rows, problems } = await read(text, size)
    t.strictSame(rows, expected, `${size} bytes at a time`)
    t.strictSame(problems.warnings().map(({ code, count }) => [code, count]), [['blank_lines', 2]])
  }
})

t.test('whatever is written by the rules is read as it was', async () => {
  const field = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) =>
    !text.includes('\0') && text.isWellFormed()
  )
  const table = fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(
      table,
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      async (rows, size, lineEnd, always) => {
        const quoted = (text: string) => always || /[",\r\n]/.test(text) || text.startsWith('\ufeff')
          ? `"${text.replaceAll('"', '""')}"`
          : text
        const text = [['h1', 'h2', 'h3'], ...rows].map((row) => row.map(quoted).join(',') + lineEnd).join('')
        const result = await read(text, size)
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
    { numRuns: 300, seed: 20260302 }
  )
})

t.test('a header of more columns than any table has is refused in a few words', async (t) => {
  const columns = (count: number) => Array.from({ length: count }, (_, i) => `c${i}`).join(',')
  t.equal((await read(`${columns(20_000)}\n`, 65_536)).rows[0]?.length, 20_001)
  await t.rejects(read(`${columns(20_001)}\n`, 65_536), /has 20001 columns, expected at most 20000/)
  await t.rejects(read(`"a"${','.repeat(300_000)}\n`, 65_536), /has 300001 columns/)
})
