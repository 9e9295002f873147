// The text of a CSV file, and its bytes again: the same bytes where the text is the same.
import { isUtf8 } from 'node:buffer'
import { FILL_IN_MESSAGES } from '../../src/fill-in/fill-in-messages.ts'
import { fillInFailure } from './fill-in-failure.ts'

export interface CsvText {
  /** Each character is one byte of the file, or of UTF-16 one unit. */
  raw: string
  /** A piece of the raw text as people read it. */
  decode: (raw: string) => string
  /** A text as it goes into the raw text. Throws FILL_IN_FAILED for characters that the file cannot have. */
  encode: (text: string) => string
  /** The bytes of a piece of the raw text. */
  bytes: (raw: string) => Buffer
}

const SAVE_AGAIN = 'Save the file as "CSV UTF-8" and send it again.'

/** The same in all encodings: most cells. */
// eslint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/

/** Characters that no text has, whatever its encoding. */
// eslint-disable-next-line no-control-regex
const NO_TEXT = /[\x00-\x08\x0e-\x19]/
/** Of the beginning. */
const LOOKED_AT = 4096

/** UTF-8, UTF-16 or Windows-1252. Throws FILL_IN_FAILED for other bytes. */
export function csvText (bytes: Buffer): CsvText {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return utf16(bytes, { isSwapped: false })
  if (first === 0xfe && second === 0xff) return utf16(bytes, { isSwapped: true })
  if (bytes.includes(0) || NO_TEXT.test(bytes.toString('latin1', 0, LOOKED_AT))) {
    throw fillInFailure(FILL_IN_MESSAGES.not_text)
  }
  // Separators, quotes and line ends are single bytes in both encodings, so the bytes are not decoded.
  const raw = bytes.toString('latin1')
  const toBytes = (piece: string) => Buffer.from(piece, 'latin1')
  if (isUtf8(bytes)) {
    return {
      raw,
      decode: (piece) => ASCII.test(piece) ? piece : toBytes(piece).toString('utf8'),
      encode: (text) => Buffer.from(text, 'utf8').toString('latin1'),
      bytes: toBytes,
    }
  }
  const decoder = new TextDecoder('windows-1252')
  const known = new Map<string, string>()
  for (let byte = 0; byte < 256; byte++) {
    known.set(decoder.decode(Uint8Array.of(byte)), String.fromCharCode(byte))
  }
  return {
    raw,
    decode: (piece) => ASCII.test(piece) ? piece : decoder.decode(toBytes(piece)),
    encode: (text) => Array.from(text, (character) => {
      const byte = known.get(character)
      if (byte !== undefined) return byte
      const message = `The file is in Windows-1252, which does not have "${character}". ${SAVE_AGAIN}`
      throw fillInFailure(message)
    }).join(''),
    bytes: toBytes,
  }
}

function utf16 (bytes: Buffer, { isSwapped }: { isSwapped: boolean }): CsvText {
  if (bytes.length % 2 !== 0) throw fillInFailure(`The file is not complete UTF-16. ${SAVE_AGAIN}`)
  const swapped = (some: Buffer) => isSwapped ? Buffer.from(some).swap16() : some
  const same = (text: string) => text
  return {
    raw: swapped(bytes).toString('utf16le'),
    decode: same,
    encode: same,
    bytes: (piece) => swapped(Buffer.from(piece, 'utf16le')),
  }
}
