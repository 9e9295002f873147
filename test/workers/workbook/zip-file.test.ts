import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { writeZip, type ZipPart } from '../../../workers/workbook/zip-file.ts'
import { readParts } from '../../support/ooxml.ts'
import { findOpenpyxl, needs, pathOf } from '../../support/tools.ts'

const PARTS: ZipPart[] = [
  { path: 'first.xml', chunks: () => [Buffer.from('<a>'), Buffer.from('é</a>')] },
  { path: 'empty.xml', chunks: () => [] },
  { path: 'folder/large.xml', chunks: reusedChunks },
]

/** Five megabytes that do not compress away, in two pieces of memory that are used again and again. */
function * reusedChunks (): Generator<Buffer> {
  const pieces = [Buffer.alloc(100_000), Buffer.alloc(100_000)]
  for (let n = 0; n < 50; n++) yield fill(pieces[n % 2]!, n)
}

function fill (piece: Buffer, n: number): Buffer {
  for (let at = 0; at < piece.length; at += 32) createHash('sha256').update(`${n} ${at}`).digest().copy(piece, at)
  return piece
}

const LARGE = Buffer.concat(Array.from({ length: 50 }, (_, n) => fill(Buffer.alloc(100_000), n)))

t.test('what was put in comes out', async (t) => {
  const file = join(t.testdir(), 'out.zip')
  const { size, sha256 } = await writeZip(file, PARTS)
  const bytes = readFileSync(file)
  t.equal(size, bytes.length)
  t.equal(sha256, createHash('sha256').update(bytes).digest('hex'))
  const parts = await readParts(file)
  t.strictSame([...parts.keys()], PARTS.map(({ path }) => path))
  t.equal(parts.get('first.xml')!.toString(), '<a>é</a>')
  t.equal(parts.get('empty.xml')!.length, 0)
  t.ok(parts.get('folder/large.xml')!.equals(LARGE))
})

t.test('the same where every number stands in 64 bits, as for files beyond 4 GiB', async (t) => {
  const file = join(t.testdir(), 'out.zip')
  await writeZip(file, PARTS.map((part) => ({ ...part, mayBeHuge: () => true })), { limit: 0 })
  const parts = await readParts(file)
  t.ok(parts.get('folder/large.xml')!.equals(LARGE))
  t.equal(parts.get('first.xml')!.toString(), '<a>é</a>')
})

t.test('Python finds no fault with either', needs(findOpenpyxl()), async (t) => {
  const folder = t.testdir()
  const files = [join(folder, 'small.zip'), join(folder, 'large.zip')]
  await writeZip(files[0]!, PARTS)
  await writeZip(files[1]!, PARTS.map((part) => ({ ...part, mayBeHuge: () => true })), { limit: 0 })
  for (const file of files) {
    const run = spawnSync(pathOf(findOpenpyxl()), ['-c', 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), [(i.filename, i.file_size, i.date_time) for i in z.infolist()])', file], { encoding: 'utf8' })
    t.equal(run.stdout.trim(), "None [('first.xml', 9, (1980, 1, 1, 0, 0, 0)), ('empty.xml', 0, (1980, 1, 1, 0, 0, 0)), ('folder/large.xml', 5000000, (1980, 1, 1, 0, 0, 0))]", run.stderr)
  }
})

t.test('an error of a part ends the file, wherever it comes', async (t) => {
  const file = join(t.testdir(), 'out.zip')
  const failing = (after: number): ZipPart => ({
    path: 'failing.xml',
    * chunks () {
      for (let n = 0; n < after; n++) yield Buffer.alloc(200_000, n)
      throw new Error(`after ${after}`)
    },
  })
  for (const after of [0, 1, 2, 5]) {
    await t.rejects(writeZip(file, [PARTS[0]!, failing(after), PARTS[1]!]), { message: `after ${after}` })
    t.notOk(existsSync(file))
  }
  await t.rejects(writeZip(file, [{ path: 'x', chunks () { throw new Error('at once') } }]), { message: 'at once' })
  t.notOk(existsSync(file))
})
