// The records of a zip file (PKWARE's APPNOTE.TXT 6.3, sections 4.3 and 4.5.3), for entries that are
// compressed while they are written: sizes and checksum follow the data, and the directory has them again.
//
// ZIP64 is used only for a number that does not fit into 32 bits. LibreOffice, Java's ZipInputStream and
// Excel refuse a local header that announces ZIP64 for an entry whose sizes follow, so no local header ever
// does.

/** An entry whose data is written; sizes and offset in bytes. */
export interface ZipEntry {
  path: string
  /** Where its local header starts. */
  offset: number
  crc: number
  size: number
  compressedSize: number
}

/** The first number that a field of 32 bits cannot hold: in the directory it means ZIP64. */
const FULL_32 = 0xffffffff
const FULL_16 = 0xffff
const SIZES_FOLLOW_NAMES_UTF8 = 0x0808
const DEFLATE = 8
/** 1980-01-01 00:00, the earliest that a zip can say: the same data gives the same bytes at any time. */
const TIME = 0
const DATE = 0x21
const VERSION = 20
const VERSION_ZIP64 = 45
const UNIX = 3
/** A plain file, rw-r--r--. */
const MODE = 0o100644

/** What comes before the data. Its sizes are 0, since they are known only when the data has ended. */
export function localHeader (path: string): Buffer {
  const name = Buffer.from(path)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(VERSION, 4)
  writeCommon(header, 6)
  header.writeUInt16LE(name.length, 26)
  return Buffer.concat([header, name])
}

/**
 * What follows the data: 16 bytes, or 24 from 4 GiB on. Java's ZipInputStream chooses between the two by the
 * number of bytes that it read, not by any header.
 */
export function dataDescriptor ({ crc, size, compressedSize }: ZipEntry): Buffer {
  const isZip64 = size > FULL_32 || compressedSize > FULL_32
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

/** The directory at the end of the file and what leads to it. `offset`: where it starts, in bytes. */
export function directory (entries: ZipEntry[], offset: number): Buffer {
  const headers = Buffer.concat(entries.map(directoryHeader))
  const needs64 = offset >= FULL_32 || headers.length >= FULL_32 || entries.length >= FULL_16
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(needs64 ? FULL_16 : entries.length, 8)
  end.writeUInt16LE(needs64 ? FULL_16 : entries.length, 10)
  end.writeUInt32LE(needs64 ? FULL_32 : headers.length, 12)
  end.writeUInt32LE(needs64 ? FULL_32 : offset, 16)
  return Buffer.concat([
    headers,
    needs64 ? end64(entries.length, headers.length, offset) : Buffer.alloc(0),
    end,
  ])
}

function directoryHeader ({ path, offset, crc, size, compressedSize }: ZipEntry): Buffer {
  const name = Buffer.from(path)
  // The numbers of the extra field come in a fixed order. A reader that takes them in that order, whatever
  // the fields of 32 bits say, must not take an offset for a size, so an offset comes with both sizes.
  const hasFarOffset = offset >= FULL_32
  const isZip64 = hasFarOffset || size >= FULL_32 || compressedSize >= FULL_32
  const numbers = [size, compressedSize, ...(hasFarOffset ? [offset] : [])]
  const extra = isZip64 ? zip64Extra(numbers) : Buffer.alloc(0)
  const version = isZip64 ? VERSION_ZIP64 : VERSION
  const header = Buffer.alloc(46)
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
  header.writeUInt32LE(hasFarOffset ? FULL_32 : offset, 42)
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

/** The end of the directory in 64 bits, and its locator, which comes before the end in 32. */
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
