// The encoding of a text table: UTF-8, UTF-16 or Windows-1252, which spreadsheets still write.
import { isAscii, isUtf8 } from 'node:buffer'
import { importError, type ImportErrorText } from '../error-messages.ts'
import { Refusal } from '../problems.ts'
import type { SourceFile } from './source-files.ts'

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** A file's bytes in UTF-8 or, where `isMarked` is false, perhaps in Windows-1252. */
interface TextChunk {
  bytes: Buffer
  /** Whether the first bytes of the file say that it is in UTF-8 or UTF-16. */
  isMarked: boolean
  /** How many bytes of the file were read for it. */
  read: number
}

/** The bytes of a file without its mark, UTF-16 as UTF-8. Throws Refusal if UTF-16 is damaged. */
export async function * textChunks (
  file: SourceFile, { isAgain = false } = {}
): AsyncGenerator<TextChunk> {
  let start: Buffer | undefined = Buffer.alloc(0)
  let isMarked = false
  let utf16: TextDecoder | undefined
  const decoded = (bytes: Buffer | undefined): Buffer => {
    if (utf16 === undefined) return bytes ?? Buffer.alloc(0)
    try {
      return Buffer.from(utf16.decode(bytes, { stream: bytes !== undefined }))
    } catch {
      throw new Refusal({ file: file.name, line: 1 }, importError('incomplete_utf16'))
    }
  }
  for await (const chunk of file.read({ isAgain })) {
    let bytes = chunk
    if (start !== undefined) {
      bytes = start.length === 0 ? chunk : Buffer.concat([start, chunk])
      if (bytes.length < UTF8_MARK.length) {
        start = bytes
        yield { bytes: Buffer.alloc(0), isMarked, read: chunk.length }
        continue
      }
      start = undefined
      utf16 = utf16Decoder(bytes)
      const hasMark = UTF8_MARK.equals(bytes.subarray(0, UTF8_MARK.length))
      if (hasMark) bytes = bytes.subarray(UTF8_MARK.length)
      isMarked = hasMark || utf16 !== undefined
    }
    yield { bytes: decoded(bytes), isMarked, read: chunk.length }
  }
  if (start !== undefined) utf16 = utf16Decoder(start)
  const last = start === undefined ? [] : [decoded(start)]
  const rest = Buffer.concat([...last, decoded(undefined)])
  if (rest.length > 0) yield { bytes: rest, isMarked: isMarked || utf16 !== undefined, read: 0 }
}

/** UTF-16 is recognized by its mark, or by an ASCII character at the beginning, where a header has one. */
function utf16Decoder (bytes: Buffer): TextDecoder | undefined {
  const [first = 0, second = 0] = bytes
  const isAsciiByte = (byte: number) => byte > 0 && byte < 0x80
  if (bytes.length < 2) return undefined
  if ((first === 0xff && second === 0xfe) || (isAsciiByte(first) && second === 0)) {
    return new TextDecoder('utf-16le', { fatal: true })
  }
  if ((first === 0xfe && second === 0xff) || (first === 0 && isAsciiByte(second))) {
    return new TextDecoder('utf-16be', { fatal: true })
  }
  return undefined
}

/** Bytes that are undefined in Windows-1252, or that no text has. */
// eslint-disable-next-line no-control-regex
const NO_TEXT = /[\x00-\x08\x0e-\x1f\x81\x8d\x8f\x90\x9d]/
/** How letters of MacRoman look in Windows-1252: signs between letters, a capital after a lower-case one. */
const MACROMAN = /[A-Za-z][\x86-\x89\x98][A-Za-z]|[a-z]\x8e/
/**
 * Characters whose bytes in UTF-8 do not occur side by side in a text in Windows-1252. Those of others do:
 * É and an apostrophe.
 */
const ONLY_UTF8 = /[\u{c0}-\u{17f}\u{370}-\u{45f}\u{5d0}-\u{6ff}\u{800}-\u{10ffff}]/u

interface BlockDecoderOptions {
  isMarked: boolean
  /** Lines end with CR alone, as only old programs for the Macintosh write them. */
  isClassicMac: boolean
}

/**
 * Decides from block to block whether a file is in UTF-8 or in Windows-1252. A file that begins in one and
 * continues in the other is refused.
 */
export class BlockDecoder {
  readonly #isClassicMac: boolean
  #encoding: 'ascii' | 'utf8' | 'windows-1252'

  constructor ({ isMarked, isClassicMac }: BlockDecoderOptions) {
    this.#isClassicMac = isClassicMac
    this.#encoding = isMarked ? 'utf8' : 'ascii'
  }

  get isWindows1252 (): boolean { return this.#encoding === 'windows-1252' }

  /** The block in UTF-8. A fault is given with a test that finds its line. */
  utf8 (block: Buffer): Buffer | { fault: ImportErrorText, isOn: (line: Buffer) => boolean } {
    if (isUtf8(block)) {
      if (this.#encoding === 'utf8' || isAscii(block)) return block
      if (this.#encoding === 'windows-1252') {
        return { fault: importError('utf8_after_other'), isOn: (line) => !isAscii(line) }
      }
      this.#encoding = 'utf8'
      return block
    }
    const isBroken = (line: Buffer) => !isUtf8(line)
    if (this.#encoding === 'utf8') {
      return { fault: importError('other_after_utf8'), isOn: isBroken }
    }
    if (this.#isClassicMac) {
      return { fault: importError('mac_roman'), isOn: isBroken }
    }
    const text = block.toString('latin1')
    if (NO_TEXT.test(text)) return { fault: importError('no_text'), isOn: isBroken }
    for (const line of text.split('\n')) {
      const bytes = Buffer.from(line, 'latin1')
      if (isAscii(bytes)) continue
      if (isUtf8(bytes)) {
        if (!ONLY_UTF8.test(bytes.toString())) continue
        return { fault: importError('other_after_utf8'), isOn: isBroken }
      }
      if (MACROMAN.test(line)) {
        return { fault: importError('mac_roman'), isOn: (one) => one.equals(bytes) }
      }
    }
    this.#encoding = 'windows-1252'
    return Buffer.from(new TextDecoder('windows-1252').decode(block))
  }
}
