// The records of a zip file (PKWARE's APPNOTE.TXT 6.3, sections 4.3 and 4.5.3), for entries that are compressed while they
// are written: sizes and checksum stand behind the data and in the directory.

export interface ZipEntry {
  path: string
  /** Room for sizes of 64 bits, decided before the data are known. */
  isZip64: boolean
  offset: number
  crc: number
  size: number
  compressedSize: number
}

/** From here on a number does not go into a field of 32 bits. */
export const FULL_32 = 0xffffffff
const FULL_16 = 0xffff
const SIZES_FOLLOW_NAMES_UTF8 = 0x0808
const DEFLATE = 8
/** 1980-01-01 00:00, the first that a zip can say: the same data give the same bytes whenever and wherever. */
const TIME = 0
const DATE = 0x21
const VERSION = 20
const VERSION_ZIP64 = 45
const UNIX = 3
/** A plain file, rw-r--r--. */
const MODE = 0o100644

export function localHeader ({ path, isZip64 }: ZipEntry): Buffer {
  const name = Buffer.from(path)
  const extra = isZip64 ? zip64Extra([0, 0]) : Buffer.alloc(0)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(isZip64 ? VERSION_ZIP64 : VERSION, 4)
  writeCommon(header, 6)
  header.writeUInt32LE(isZip64 ? FULL_32 : 0, 18)
  header.writeUInt32LE(isZip64 ? FULL_32 : 0, 22)
  header.writeUInt16LE(name.length, 26)
  header.writeUInt16LE(extra.length, 28)
  return Buffer.concat([header, name, extra])
}

/** What stands behind the data. */
export function dataDescriptor ({ isZip64, crc, size, compressedSize }: ZipEntry): Buffer {
  const descriptor = Buffer.alloc(isZip64 ? 24 : 16)
  descriptor.writeUInt32LE(0x08074b50, 0)
  descriptor.writeUInt32LE(crc, 4)
  if (isZip64) {
    descriptor.writeBigUInt64LE(BigInt(compressedSize), 8)
    descriptor.writeBigUInt64LE(BigInt(size), 16)
  } else {
    descriptor.writeUInt32LE(compressedSize, 8)
    descriptor.writeUInt32LE(size, 12)
  }
  return descriptor
}

/** The directory at the end of the file and what leads to it. `limit`: the first number that is written in 64 bits. */
export function directory (entries: ZipEntry[], offset: number, limit = FULL_32): Buffer {
  const headers = Buffer.concat(entries.map((entry) => directoryHeader(entry, limit)))
  const needs64 = offset >= limit || headers.length >= limit || entries.length >= FULL_16
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(needs64 ? FULL_16 : entries.length, 8)
  end.writeUInt16LE(needs64 ? FULL_16 : entries.length, 10)
  end.writeUInt32LE(needs64 ? FULL_32 : headers.length, 12)
  end.writeUInt32LE(needs64 ? FULL_32 : offset, 16)
  return Buffer.concat([headers, needs64 ? end64(entries.length, headers.length, offset) : Buffer.alloc(0), end])
}

function directoryHeader ({ path, isZip64, offset, crc, size, compressedSize }: ZipEntry, limit: number): Buffer {
  const name = Buffer.from(path)
  const isFar = offset >= limit
  const large = [...(isZip64 ? [size, compressedSize] : []), ...(isFar ? [offset] : [])]
  const extra = large.length === 0 ? Buffer.alloc(0) : zip64Extra(large)
  const header = Buffer.alloc(46)
  const version = large.length > 0 ? VERSION_ZIP64 : VERSION
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(UNIX << 8 | version, 4)
  header.writeUInt16LE(version, 6)
  writeCommon(header, 8)
  header.writeUInt32LE(crc, 16)
  header.writeUInt32LE(isZip64 ? FULL_32 : compressedSize, 20)
  header.writeUInt32LE(isZip64 ? FULL_32 : size, 24)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt32LE(MODE * 0x10000, 38)
  header.writeUInt32LE(isFar ? FULL_32 : offset, 42)
  return Buffer.concat([header, name, extra])
}

function writeCommon (header: Buffer, at: number): void {
  header.writeUInt16LE(SIZES_FOLLOW_NAMES_UTF8, at)
  header.writeUInt16LE(DEFLATE, at + 2)
  header.writeUInt16LE(TIME, at + 4)
  header.writeUInt16LE(DATE, at + 6)
}

function zip64Extra (numbers: number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * numbers.length)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(8 * numbers.length, 2)
  numbers.forEach((number, i) => extra.writeBigUInt64LE(BigInt(number), 4 + 8 * i))
  return extra
}

/** The end of the directory in 64 bits, and its locator, which stands before the end in 32. */
function end64 (entries: number, length: number, offset: number): Buffer {
  const end = Buffer.alloc(56 + 20)
  end.writeUInt32LE(0x06064b50, 0)
  end.writeBigUInt64LE(44n, 4)
  end.writeUInt16LE(UNIX << 8 | VERSION_ZIP64, 12)
  end.writeUInt16LE(VERSION_ZIP64, 14)
  end.writeBigUInt64LE(BigInt(entries), 24)
  end.writeBigUInt64LE(BigInt(entries), 32)
  end.writeBigUInt64LE(BigInt(length), 40)
  end.writeBigUInt64LE(BigInt(offset), 48)
  end.writeUInt32LE(0x07064b50, 56)
  end.writeBigUInt64LE(BigInt(offset + length), 64)
  end.writeUInt32LE(1, 72)
  return end
}
