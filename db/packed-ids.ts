// Ids of other systems as one value of bytes, one after the other. Each begins with a number that says what
// follows:
//
//   0       no id
//   1, 2    16 bytes: a UUID whose letters are in lower case, or all in upper case
//   3 + n   n bytes: any other text, in UTF-8
//
// The number takes one byte if it is below 128, else two: 128 + its lowest seven bits, then the rest. A
// million UUIDs take 17 MB, and ids of that length as text 37 MB.

const NONE = 0
const LOWER = 1
const UPPER = 2
const TEXT = 3

/** Most bytes of an id in UTF-8. Imports limit ids to a thousand characters. */
const TEXT_MAX = 2 ** 14 - 1 - TEXT

const DASH = 0x2d
const NO_DIGIT = 128
/** Hexadecimal digits by their codes: the value, and for letters the case, times 16. */
const DIGITS = new Uint8Array(128).fill(NO_DIGIT)
for (let i = 0; i < 16; i++) {
  const digit = i.toString(16)
  DIGITS[digit.toUpperCase().charCodeAt(0)] = i > 9 ? 16 * UPPER + i : i
  DIGITS[digit.charCodeAt(0)] = i > 9 ? 16 * LOWER + i : i
}

/** The UUID that `readUuid` found. */
const uuid = new Uint8Array(16)

/** Most bytes that `packId` writes for a text. */
export function roomFor (id: string): number { return 2 + 3 * id.length }

/**
 * Writes an id, or that there is none, to `bytes` at `at`, where there must be room. Returns where it ends.
 * Throws RangeError if the id has more bytes than one may have.
 */
export function packId (id: string | undefined, bytes: Buffer, at: number): number {
  if (id === undefined) {
    bytes[at] = NONE
    return at + 1
  }
  // As bytes, which are read several times as fast as the characters of a text that is part of a longer one.
  const length = bytes.write(id, at + 1)
  const kind = readUuid(bytes, at + 1, length)
  if (kind !== NONE) {
    bytes[at] = kind
    bytes.set(uuid, at + 1)
    return at + 17
  }
  if (length > TEXT_MAX) throw new RangeError(`an id has ${length} bytes, and may have ${TEXT_MAX}`)
  const number = TEXT + length
  if (number < 128) {
    bytes[at] = number
    return at + 1 + length
  }
  bytes.copyWithin(at + 2, at + 1, at + 1 + length)
  bytes[at] = 128 | (number & 127)
  bytes[at + 1] = number >> 7
  return at + 2 + length
}

/** How many bytes the id at `at` takes. */
export function sizeAt (bytes: Uint8Array, at: number): number {
  const number = numberAt(bytes, at)
  if (number === NONE) return 1
  return number < TEXT ? 17 : number - TEXT + (number < 128 ? 1 : 2)
}

/** Copies the id that begins at `from` to `at` in other bytes. Returns where it ends there. */
export function copyId (ids: Uint8Array, from: number, bytes: Uint8Array, at: number): number {
  const end = from + sizeAt(ids, from)
  // Faster for so few bytes than a call of `set` or `copy`.
  for (let i = from; i < end; i++) bytes[at++] = ids[i] ?? 0
  return at
}

/** The id at `at` as text; undefined: there is none. */
export function idAt (bytes: Buffer, at: number): string | undefined {
  const number = numberAt(bytes, at)
  if (number === NONE) return undefined
  const end = at + sizeAt(bytes, at)
  if (number >= TEXT) return bytes.toString('utf8', end - number + TEXT, end)
  const hex = bytes.toString('hex', at + 1, end)
  const middle = `${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}`
  const text = `${hex.slice(0, 8)}-${middle}-${hex.slice(20)}`
  return number === UPPER ? text.toUpperCase() : text
}

/** Where the ids of a value begin. */
export function placesOfIds (bytes: Uint8Array): number[] {
  const places: number[] = []
  for (let at = 0; at < bytes.length; at += sizeAt(bytes, at)) places.push(at)
  return places
}

/** An id in a value. There are millions, so it is not copied, and is no object of its own. */
export interface PlacedId {
  /** Null: there is no id. */
  ids: Buffer | null
  /** Where it begins. */
  idAt: number
}

/**
 * Ids of other values as one value. Null if there is no id. The same ids always give the same bytes, however
 * many places without an id follow.
 */
export function joinIds (placed: ReadonlyArray<PlacedId | undefined>): Buffer | null {
  const isKnown = (id?: PlacedId) => id !== undefined && id.ids !== null && id.ids[id.idAt] !== NONE
  const count = 1 + placed.findLastIndex(isKnown)
  if (count === 0) return null
  const sizeOf = (id?: PlacedId) => id === undefined || id.ids === null ? 1 : sizeAt(id.ids, id.idAt)
  let size = 0
  for (let i = 0; i < count; i++) size += sizeOf(placed[i])
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  for (let i = 0; i < count; i++) {
    const id = placed[i]
    if (id === undefined || id.ids === null) bytes[at++] = NONE
    else at = copyId(id.ids, id.idAt, bytes, at)
  }
  return bytes
}

function numberAt (bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? NONE
  return first < 128 ? first : (first & 127) | (bytes[at + 1] ?? 0) << 7
}

/**
 * Reads a text of `length` bytes at `at` to `uuid`. Returns which kind it is; NONE: it is not a UUID, or it
 * mixes the cases.
 */
function readUuid (bytes: Uint8Array, at: number, length: number): number {
  if (length !== 36) return NONE
  let seen = 0
  let end = 0
  for (let i = 0; i < 36; i += 2) {
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (bytes[at + i] !== DASH) return NONE
      i++
    }
    const high = DIGITS[bytes[at + i] ?? 0] ?? NO_DIGIT
    const low = DIGITS[bytes[at + i + 1] ?? 0] ?? NO_DIGIT
    seen |= high | low
    uuid[end++] = (high & 15) << 4 | (low & 15)
  }
  switch (seen >> 4) {
    case NONE:
    case LOWER: return LOWER
    case UPPER: return UPPER
    default: return NONE
  }
}
