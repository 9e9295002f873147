import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openPromise } from 'yauzl'
import { CHUNKS_IN_USE, writeZip, type ZipPart } from '../../../workers/workbook/zip-file.ts'
import { localHeader } from '../../../workers/workbook/zip-format.ts'
import { readWithJava } from '../../support/java.ts'
import { readParts } from '../../support/ooxml.ts'
import { findJava, findOpenpyxl, needs, pathOf } from '../../support/tools.ts'

const PARTS: ZipPart[] = [
  { path: 'first.xml', chunks: () => [Buffer.from('<a>'), Buffer.from('é</a>')] },
  { path: 'empty.xml', chunks: () => [] },
  { path: 'folder/large.xml', chunks: reusedChunks },
  { path: 'folder/growing.xml', chunks: growingChunks, windowBits: 14 },
]

/** Five megabytes that do not compress away, in as few pieces of memory as may be used in turns. */
function * reusedChunks (): Generator<Buffer> {
  const pieces = Array.from({ length: CHUNKS_IN_USE }, () => Buffer.alloc(100_000))
  for (let n = 0; n < 50; n++) yield fill(pieces[n % CHUNKS_IN_USE]!, n)
}

/** First small chunks, then large ones, in one piece of memory as long as it is not in use. */
function * growingChunks (): Generator<Buffer> {
  const piece = Buffer.alloc(30_000)
  for (const n of [1, 2]) yield fill(piece, n)
  for (const n of [3, 4]) yield fill(Buffer.alloc(100_000), n)
}

function fill (piece: Buffer, n: number): Buffer {
  for (let at = 0; at < piece.length; at += 32) {
    createHash('sha256').update(`${n} ${at}`).digest().copy(piece, at)
  }
  return piece
}

const LARGE = Buffer.concat(Array.from({ length: 50 }, (_, n) => fill(Buffer.alloc(100_000), n)))
const GROWING = Buffer.concat([1, 2, 3, 4].map((n) => fill(Buffer.alloc(n < 3 ? 30_000 : 100_000), n)))

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
  t.ok(parts.get('folder/growing.xml')!.equals(GROWING))
})

t.test('a part of any size has the plain header and descriptor', async (t) => {
  const file = join(t.testdir(), 'out.zip')
  await writeZip(file, PARTS)
  const zip = await openPromise(file)
  t.teardown(() => {
    zip.close()
  })
  const bytes = readFileSync(file)
  const sizes: number[] = []
  for await (const entry of zip.eachEntry()) {
    const { fileName, relativeOffsetOfLocalHeader: start, compressedSize, uncompressedSize } = entry
    t.equal(entry.versionNeededToExtract, 20, fileName)
    t.equal(entry.extraFieldLength, 0)
    const header = localHeader(fileName)
    t.ok(bytes.subarray(start, start + header.length).equals(header))
    const end = start + header.length + compressedSize
    const descriptor = [0, 4, 8, 12].map((field) => bytes.readUInt32LE(end + field))
    t.strictSame(descriptor, [0x08074b50, entry.crc32, compressedSize, uncompressedSize])
    t.ok([0x04034b50, 0x02014b50].includes(bytes.readUInt32LE(end + 16)), 'the next record follows')
    sizes.push(uncompressedSize)
  }
  t.strictSame(sizes, [9, 0, 5_000_000, 260_000])
})

const LIST = `import sys, zipfile
zip = zipfile.ZipFile(sys.argv[1])
entries = zip.infolist()
print(zip.testzip(), [(e.filename, e.file_size) for e in entries], {e.date_time for e in entries})`

t.test('Python finds no fault with it', needs(findOpenpyxl()), async (t) => {
  const file = join(t.testdir(), 'out.zip')
  await writeZip(file, PARTS)
  const run = spawnSync(pathOf(findOpenpyxl()), ['-c', LIST, file], { encoding: 'utf8' })
  const entries = "[('first.xml', 9), ('empty.xml', 0), " +
    "('folder/large.xml', 5000000), ('folder/growing.xml', 260000)]"
  t.equal(run.stdout.trim(), `None ${entries} {(1980, 1, 1, 0, 0, 0)}`, run.stderr)
})

t.test('Java reads it from front to back', needs(findJava()), async (t) => {
  const file = join(t.testdir(), 'out.zip')
  await writeZip(file, PARTS)
  const entries = [
    ['first.xml', 9],
    ['empty.xml', 0],
    ['folder/large.xml', 5_000_000],
    ['folder/growing.xml', 260_000],
  ]
  t.strictSame([...readWithJava([file]).get(file)!], entries)
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
  await t.rejects(
    writeZip(file, [{
      path: 'x',
      chunks () {
        throw new Error('at once')
      },
    }]),
    { message: 'at once' }
  )
  t.notOk(existsSync(file))
})
