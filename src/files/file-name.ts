/** Most bytes of UTF-8 in a file name: all file systems and archives can store that many. */
export const MAX_FILENAME_BYTES = 200
/**
 * Text after the last dot is an extension up to this length, bytes; if it is longer, it is part of a
 * sentence.
 */
const MAX_EXTENSION_BYTES = 32

/** Characters of a given name that are read: more than any file system stores. */
const GIVEN_MAX = 1000

/**
 * Device names of Windows, with any extension ("Naming Files, Paths, and Namespaces" in its documentation).
 */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)/i
// Control characters, line and paragraph separators, the byte order mark, and characters that change the
// direction of text: they can make `gpj.exe` read as `exe.jpg`. Joiners stay, because emoji and several
// scripts need them.
const INVISIBLE = /[\p{Cc}\u2028\u2029\ufeff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/**
 * A name under which any system can store a file: the last part of the path, without control and direction
 * characters and those that Windows refuses, not a device name, without dots and blanks at the ends, at most
 * 200 bytes of UTF-8 including the extension. If nothing is left: `file`.
 */
export function cleanFilename (given: string): string {
  const last = cutGivenName(given).toWellFormed().normalize('NFC')
  const clean = trimEnds(last.replace(INVISIBLE, '').replace(/\s+/gu, ' ').replace(/[<>:"|?*]/g, '_'))
  const dot = clean.lastIndexOf('.')
  const isExtension = dot > 0 && Buffer.byteLength(clean.slice(dot)) <= MAX_EXTENSION_BYTES
  const extension = isExtension ? clean.slice(dot) : ''
  const stem = clean.slice(0, clean.length - extension.length)
  const name = `${RESERVED.test(clean) ? '_' : ''}${stem === '' ? 'file' : stem}`
  const cut = trimEnds(cutToBytes(name, MAX_FILENAME_BYTES - Buffer.byteLength(extension)))
  return `${cut === '' ? 'file' : cut}${extension}`
}

/** The last part of a path as given. If it is too long for any file system: its beginning and its end. */
export function cutGivenName (given: string): string {
  const last = given.slice(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1)
  return last.length <= GIVEN_MAX ? last : last.slice(0, GIVEN_MAX / 2) + last.slice(-GIVEN_MAX / 2)
}

/** Throws if a name cannot be one part of a path. That is a bug in the code that made the name. */
export function assertPathPart (name: string): void {
  // eslint-disable-next-line no-control-regex
  const isUnsafe = /[/\\\u0000-\u001f]/.test(name) || !name.isWellFormed()
  if (name === '' || name === '.' || name === '..' || isUnsafe || Buffer.byteLength(name) > 255) {
    throw new Error(`not a name for a file: ${JSON.stringify(name)}`)
  }
}

/** Cuts text to at most `most` bytes of UTF-8, never inside a character. */
export function cutToBytes (text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text
  let cut = ''
  let size = 0
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    size += Buffer.byteLength(segment)
    if (size > most) break
    cut += segment
  }
  return cut
}

function trimEnds (name: string): string {
  let from = 0
  let to = name.length
  while (from < to && isDotOrBlank(name.charCodeAt(from))) from++
  while (to > from && isDotOrBlank(name.charCodeAt(to - 1))) to--
  return name.slice(from, to)
}

function isDotOrBlank (unit: number): boolean {
  return unit === 0x2e || unit === 0x20
}
