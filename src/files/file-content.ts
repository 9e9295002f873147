// Checks that the content of an uploaded file matches its type: HTML sent as image/png must not be stored as
// a picture. Reads the first kilobytes and, of an Office document, its table of contents.
import { open } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileTypeFromBuffer, supportedMimeTypes } from 'file-type'
import mime from 'mime'
import { shortenName } from '../short-text.ts'
import { cleanFilename } from './file-name.ts'
import { isOpenDocument, officeContentTypes } from './office-container.ts'

/** `file-type` reads this many bytes. */
const HEAD_BYTES = 4100

/** Names that browsers use for types that have another name. */
const ALIASES: Readonly<Record<string, string>> = {
  'application/x-zip-compressed': 'application/zip',
  'application/x-pdf': 'application/pdf',
  'application/csv': 'text/csv',
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-png': 'image/png',
}
/** Common extensions that the table of types lacks. */
const MORE_EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  'text/plain': ['', 'md', 'tex', 'rst', 'asc'],
  'image/jpeg': ['jfif'],
}
/** A type that says nothing about the content. */
const ANYTHING = 'application/octet-stream'
const CFB_TYPES = ['application/msword', 'application/vnd.ms-excel', 'application/vnd.ms-powerpoint']
const OOXML = 'application/vnd.openxmlformats-officedocument.'
const OPEN_DOCUMENT = 'application/vnd.oasis.opendocument.'
const TEXT_TYPE = /^text\/|^application\/(json|xml|javascript)$|\+(json|xml)$/
const MARKUP_TYPE = /^text\/(html|xml)$|^application\/xml$|\+xml$/

/** Bytes that text never has (WHATWG MIME Sniffing, "binary data byte"). */
// eslint-disable-next-line no-control-regex
const BINARY = /[\x00-\x08\x0B\x0E-\x1A\x1C-\x1F]/
/** A tag, a comment, a declaration. */
const MARKUP = /^\s*<[a-z!?/]/i
/** Formats that begin with letters. */
const OTHER_FORMAT = /^(%PDF-|%!PS|\{\\rtf)/

/**
 * Why a file does not match its type, as a sentence that begins with `file:`; undefined if it matches. `type`
 * is a media type in lower case without parameters, `filename` the name as the client sent it. Reads a few
 * kilobytes of `path`, of an Office document at most a megabyte. Throws errors of the file system.
 */
export async function contentProblem (
  path: string,
  { filename, type: given }: { filename: string, type: string }
): Promise<string | undefined> {
  const type = ALIASES[given] ?? given
  const name = cleanFilename(filename)
  const shown = shortenName(name)
  const extensions = extensionsOf(type)
  const extension = extname(name).slice(1).toLowerCase()
  if (!hasExtension(type, extension, extensions)) {
    const expected = extensions.length === 0
      ? 'that belongs to no other type'
      : extensions.filter((one) => one !== '').map((one) => `.${one}`).join(', ')
    return `file: the name ${shown} does not match the type ${given}. Its extension must be one ${
      extensions.length === 0 ? '' : 'of '
    }${expected}.`
  }
  const head = await readHead(path)
  if (head.length === 0 || type === ANYTHING) return undefined
  if (TEXT_TYPE.test(type)) return textProblem(head, { shown, type })
  const isRight = isZip(head) ? await isZipOf(path, head, type) : await isBinaryOf(head, type)
  return isRight
    ? undefined
    : `file: the content of ${shown} is not ${given}. Save it in that format, or send its own type and name.`
}

function extensionsOf (type: string): string[] {
  return [...mime.getAllExtensions(type) ?? [], ...MORE_EXTENSIONS[type] ?? []]
}

function hasExtension (type: string, extension: string, extensions: readonly string[]): boolean {
  if (type === ANYTHING) return true
  return extensions.length > 0 ? extensions.includes(extension) : mime.getType(extension) === null
}

async function readHead (path: string): Promise<Buffer> {
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

function textProblem (head: Buffer, { shown, type }: { shown: string, type: string }): string | undefined {
  const text = decode(head)
  if (BINARY.test(text)) {
    return `file: ${shown} is not text. Save it as text in UTF-8, or send it with its own type and extension.`
  }
  if ((MARKUP.test(text) && !MARKUP_TYPE.test(type)) || OTHER_FORMAT.test(text)) {
    return `file: ${shown} starts like a document of another type, such as HTML. Send its own type and name.`
  }
  return undefined
}

/** Decodes by the byte order mark, which is removed; without one, each byte is a character. */
function decode (head: Buffer): string {
  const [first, second] = head
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(head)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(head)
  return head.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '')
}

function isZip (head: Buffer): boolean {
  return ['PK\u0003\u0004', 'PK\u0005\u0006', 'PK\u0007\u0008'].includes(head.toString('latin1', 0, 4))
}

async function isZipOf (path: string, head: Buffer, type: string): Promise<boolean> {
  if (type.startsWith(OOXML)) return (await officeContentTypes(path))?.includes(`"${type}.main+xml"`) === true
  if (type.startsWith(OPEN_DOCUMENT)) return isOpenDocument(head, type)
  if (CFB_TYPES.includes(type)) return false
  // Other kinds of archives, such as EPUB, are recognized by their first bytes.
  return type === 'application/zip' || !supportedMimeTypes.has(type) ||
    (await fileTypeFromBuffer(head))?.mime === type
}

async function isBinaryOf (head: Buffer, type: string): Promise<boolean> {
  const found = (await fileTypeFromBuffer(head))?.mime
  if (CFB_TYPES.includes(type)) return found === 'application/x-cfb'
  if (type.startsWith(OOXML) || type.startsWith(OPEN_DOCUMENT)) return false
  if (type === 'image/png' && found === 'image/apng') return true
  if (supportedMimeTypes.has(type)) return found === type
  // For other types, all that can be checked is that the content is not something else.
  return found === undefined && !MARKUP.test(decode(head))
}
