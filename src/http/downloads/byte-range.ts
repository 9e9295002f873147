import type { ByteRange } from '../../files/storage/file-storage.ts'

/**
 * The one range that a `Range` header requests, of a file of `size` bytes (RFC 9110, 14.1.2 and 14.2).
 * Undefined means the whole file: there is no header, or it has another unit, several ranges, or none that is
 * valid.
 */
export function byteRange (
  header: string | undefined,
  size: number
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '')
  if (match === null) return undefined
  const [, first = '', last = ''] = match
  if (first === '') {
    if (last === '') return undefined
    // The last bytes of the file, at most all of them.
    const length = Math.min(Number(last), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? Infinity : Number(last)
  if (start > end) return undefined
  return start >= size ? 'unsatisfiable' : { start, end: Math.min(end, size - 1) }
}
