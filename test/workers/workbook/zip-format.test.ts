// The bytes of a zip's records, and what other programs make of them where a number needs 64 bits.
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import t from 'tap'
import {
  dataDescriptor, directory, localHeader, type ZipEntry
} from '../../../workers/workbook/zip-format.ts'
import { readParts } from '../../support/ooxml.ts'
import { findOpenpyxl, needs, pathOf } from '../../support/tools.ts'

const GIB_4 = 2 ** 32
const FULL_32 = 0xffffffff
const SMALL: ZipEntry = { path: 'x', offset: 7, crc: 0xfedcba98, size: 5, compressedSize: 3 }

const hex = (bytes: Buffer): string => bytes.toString('hex')

t.test('a local header promises nothing: sizes of 0, no extra field', async (t) => {
  const noSumNoSizes = '00000000'.repeat(3)
  const name = hex(Buffer.from('é.xml'))
  t.equal(hex(localHeader('é.xml')), `504b03041400080808000000${'2100'}${noSumNoSizes}06000000${name}`)
})

t.test('a descriptor has 16 bytes below 4 GiB, 24 from there on', async (t) => {
  const start = '504b0708' + '98badcfe'
  const of = (entry: Partial<ZipEntry>): string => hex(dataDescriptor({ ...SMALL, ...entry }))
  t.equal(of({}), start + '03000000' + '05000000')
  t.equal(of({ size: FULL_32 }), start + '03000000' + 'ffffffff')
  t.equal(of({ size: GIB_4 }), start + '0300000000000000' + '0000000001000000')
  t.equal(of({ compressedSize: GIB_4 + 1 }), start + '0100000001000000' + '0500000000000000')
})

interface Fields { version: number, compressedSize: number, size: number, offset: number, extra: number[] }

/** The fields of a directory of one entry, and the numbers of its extra field. */
function fields (entry: Partial<ZipEntry>): Fields {
  const bytes = directory([{ ...SMALL, ...entry }], 100)
  const length = bytes.readUInt16LE(30)
  const extra = bytes.subarray(46 + SMALL.path.length, 46 + SMALL.path.length + length)
  if (length > 0 && (extra.readUInt16LE(0) !== 1 || extra.readUInt16LE(2) !== length - 4)) {
    throw new Error('The extra field is not that of ZIP64.')
  }
  return {
    version: bytes.readUInt16LE(6),
    compressedSize: bytes.readUInt32LE(20),
    size: bytes.readUInt32LE(24),
    offset: bytes.readUInt32LE(42),
    extra: Array.from({ length: Math.floor(length / 8) }, (_, i) => Number(extra.readBigUInt64LE(4 + 8 * i))),
  }
}

t.test('a directory entry is plain as long as every number fits into 32 bits', async (t) => {
  t.strictSame(fields({}), { version: 20, compressedSize: 3, size: 5, offset: 7, extra: [] })
  const most = { compressedSize: FULL_32 - 1, size: FULL_32 - 1, offset: FULL_32 - 1 }
  t.strictSame(fields(most), { version: 20, ...most, extra: [] })
})

t.test('beyond that it has the sizes, and the offset only where that is too large', async (t) => {
  const full = { version: 45, compressedSize: FULL_32, size: FULL_32, offset: 7 }
  for (const large of [FULL_32, GIB_4, GIB_4 * 3 + 1]) {
    t.strictSame(fields({ size: large }), { ...full, extra: [large, 3] })
    t.strictSame(fields({ compressedSize: large }), { ...full, extra: [5, large] })
    t.strictSame(fields({ offset: large }), { ...full, offset: FULL_32, extra: [5, 3, large] })
  }
})

t.test('the end is plain as long as every number fits', async (t) => {
  const end = (entries: ZipEntry[], offset: number): Buffer => {
    const bytes = directory(entries, offset)
    return bytes.subarray(entries.reduce((sum, { path }) => sum + 46 + path.length, 0))
  }
  const counts = '01000100'
  t.equal(hex(end([SMALL], 100)), `504b050600000000${counts}${'2f000000'}${'64000000'}0000`)
  t.equal(end([SMALL], FULL_32 - 1).length, 22)
  t.equal(end([SMALL], FULL_32).length, 22 + 56 + 20)
  t.equal(end(Array.from({ length: 0xfffe }, () => SMALL), 100).length, 22)
  t.equal(end(Array.from({ length: 0xffff }, () => SMALL), 100).length, 22 + 56 + 20)
})

interface Part { path: string, offset: number, text: string }

/** Writes a zip of texts, each at an offset of its own; what is between them is a hole. */
function writeSparse (file: string, parts: Part[]): void {
  const descriptor = openSync(file, 'wx')
  let end = 0
  const entries = parts.map(({ path, offset, text }): ZipEntry => {
    const data = Buffer.from(text)
    const compressed = deflateRawSync(data)
    const entry = { path, offset, crc: crc32(data), size: data.length, compressedSize: compressed.length }
    const bytes = Buffer.concat([localHeader(path), compressed, dataDescriptor(entry)])
    writeSync(descriptor, bytes, 0, bytes.length, offset)
    end = offset + bytes.length
    return entry
  })
  const bytes = directory(entries, end)
  writeSync(descriptor, bytes, 0, bytes.length, end)
  closeSync(descriptor)
}

const FAR: Part[] = [
  { path: 'near.xml', offset: 0, text: '<near/>' },
  { path: 'last-near.xml', offset: FULL_32 - 1, text: '<last-near/>' },
  { path: 'far.xml', offset: GIB_4 + 1000, text: '<far/>' },
]
const part = (_: unknown, i: number): Part => ({ path: `${i}.xml`, offset: i * 100, text: `<n${i}/>` })
const MANY = Array.from({ length: 0xffff }, part)

t.test('entries beyond 4 GiB are found', async (t) => {
  const file = join(t.testdir(), 'far.zip')
  writeSparse(file, FAR)
  t.ok(statSync(file).size > GIB_4)
  const read = Array.from(await readParts(file), ([path, bytes]) => [path, bytes.toString()])
  t.strictSame(read, FAR.map(({ path, text }) => [path, text]))
})

const READ_LAST = `import sys, zipfile
zip = zipfile.ZipFile(sys.argv[1])
print(zip.testzip(), len(zip.namelist()), zip.read(sys.argv[2]).decode())`

t.test('Python finds far entries, and more than 16 bits can count', needs(findOpenpyxl()), async (t) => {
  const folder = t.testdir()
  for (const [name, parts] of [['far.zip', FAR], ['many.zip', MANY]] as const) {
    const file = join(folder, name)
    writeSparse(file, parts)
    const last = parts.at(-1)!
    const run = spawnSync(pathOf(findOpenpyxl()), ['-c', READ_LAST, file, last.path], { encoding: 'utf8' })
    t.equal(run.stdout.trim(), `None ${parts.length} ${last.text}`, run.stderr)
  }
})
