export interface ByteRange {
  /** First and last byte, both included. */
  start: number
  end: number
}

/**
 * The one range of bytes that a `Range` header asks for, of a file of `size` bytes (RFC 9110, 14.1.2 and
 * 14.2). Undefined: the whole file, since there is no header, or it names another unit, several ranges, or
 * none that makes sense.
 */
export function byteRange (
  header: string | undefined,
  size: number
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '')
  if (match === null) return undefined
  const [first, last] = [match[1]!, match[2]!]
  if (first === '') {
    if (last === '') return undefined
    // The last so many bytes; more than there are is all of them.
    const length = Math.min(Number(last), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? Infinity : Number(last)
  if (start > end) return undefined
  return start >= size ? 'unsatisfiable' : { start, end: Math.min(end, size - 1) }
}
