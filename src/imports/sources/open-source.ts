import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileTypeFromBuffer } from 'file-type'
import { shorten, shortenName } from '../../short-text.ts'
import { howToUnpack, type AskedBy } from '../option-names.ts'
import { Refusal, type Problems } from '../problems.ts'
import { filesOfFolder } from './folder-files.ts'
import type { ByteBudget, Source, SourceFile } from './source-files.ts'
import { isZipArchive, openZipArchive } from './zip-archive.ts'
import { importError, type ImportErrorName } from '../error-messages.ts'

/** Bytes that are read from disk at a time. */
const READ_BYTES = 1 << 18

/** `file-type` reads this many bytes. */
const HEAD_BYTES = 4100

interface OpenSourceOptions {
  budget: ByteBudget
  /** A folder for an archive that is in an archive. It is removed when the source is closed. */
  scratchFolder: string
  /** The sheet of an Excel workbook that is read. Default: the first one that is visible and has values. */
  sheet?: string | undefined
  /** Takes warnings. */
  problems: Problems
  signal?: AbortSignal | undefined
}

/** Opens a folder, a zip archive or a single file. Throws Refusal. */
export async function openSource (path: string, options: OpenSourceOptions): Promise<Source> {
  const { budget } = options
  const name = shortenName(basename(path))
  const { isFolder, size } = await lookAt(path, name)
  if (isFolder) return await openFolder(path, name, budget)
  if (await isZipArchive(path)) return await openZipArchive(path, { name, ...options })
  await refuseOtherFiles(path, name, options.problems.askedBy)
  if (/\.zip$/i.test(path)) {
    throw new Refusal({ file: name }, importError('not_zip'))
  }
  const file: SourceFile = { name, base: name.toLowerCase(), size, read: reader(path, name, budget) }
  return { name, isFile: true, files: [file], found: [name], close: () => {} }
}

async function lookAt (path: string, name: string): Promise<{ isFolder: boolean, size: number }> {
  const stats = await stat(path).catch((error: unknown) => {
    throw new Refusal({ file: name }, isMissing(error)
      ? importError('no_file')
      : importError('cannot_open', { reason: shorten((error as Error).message, 200) }))
  })
  const isFolder = stats.isDirectory()
  if (!isFolder && !stats.isFile()) throw new Refusal({ file: name }, importError('neither_file'))
  return { isFolder, size: stats.size }
}

/** Archives other than zip, by the ending that `file-type` gives. No text begins with their first bytes. */
const ARCHIVES = ['gz', 'tar.gz', 'tar', 'bz2', 'xz', 'zst', '7z', 'rar']
const OTHERS: Readonly<Record<string, ImportErrorName>> = { cfb: 'old_excel', pdf: 'pdf', sqlite: 'sqlite' }

async function refuseOtherFiles (path: string, name: string, askedBy?: AskedBy): Promise<void> {
  const head = await headOf(path)
  const known = (await fileTypeFromBuffer(head).catch(() => undefined))?.ext ?? ''
  const ending = /\.pdf$/i.test(path) ? 'pdf' : known
  if (ARCHIVES.includes(ending)) {
    const shown = /\.(tar\.gz|tgz)$/i.test(path) && ending === 'gz' ? '.tar.gz' : `.${ending}`
    const found = { ending: shown, advice: howToUnpack(askedBy) }
    throw new Refusal({ file: name }, importError('other_archive', found))
  }
  if (OTHERS[ending] !== undefined) throw new Refusal({ file: name }, importError(OTHERS[ending]))
  if (/\.xls[xm]$/i.test(path) && !mayBeText(head)) {
    throw new Refusal({ file: name }, importError('not_excel'))
  }
}

/** Characters that no text in UTF-8 or Windows-1252 has. */
// eslint-disable-next-line no-control-regex
const NO_TEXT = /[\x00-\x08\x0e-\x19]/
/** A text in Windows-1252 has fewer letters than this outside of ASCII. */
const OTHER_LETTERS_MAX = 0.3

/** Whether the beginning of a file may be that of a text, which some programs give the name of a workbook. */
function mayBeText (head: Buffer): boolean {
  const mark = head.toString('hex', 0, 2)
  if (mark === 'fffe' || mark === 'feff') return true
  // UTF-16 without a mark, which begins with a letter of ASCII.
  const [first = 0, second = 0] = head
  if ((first === 0 || second === 0) && first + second > 0 && first + second < 0x80) return true
  if (NO_TEXT.test(head.toString('latin1'))) return false
  // The last character may be cut.
  if ([0, 1, 2, 3].some((cut) => isUtf8(head.subarray(0, Math.max(0, head.length - cut))))) return true
  return head.filter((byte) => byte > 0x7f).length < OTHER_LETTERS_MAX * head.length
}

async function headOf (path: string): Promise<Buffer> {
  const handle = await open(path, 'r')
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

async function openFolder (path: string, name: string, budget: ByteBudget): Promise<Source> {
  const { files, found } = await filesOfFolder(path, name)
  return {
    name,
    isFile: false,
    files: files.map((file) => {
      const shown = shortenName(file.name)
      return {
        name: shown,
        base: file.name.toLowerCase(),
        size: file.size,
        read: reader(file.path, shown, budget),
      }
    }),
    found: found.map((one) => shortenName(one)),
    close: () => {},
  }
}

function reader (path: string, name: string, budget: ByteBudget): SourceFile['read'] {
  return async function * ({ isAgain = false } = {}) {
    const chunks = createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>
    for await (const chunk of chunks) {
      if (!isAgain) budget.spend(name, chunk.length)
      yield chunk
    }
  }
}

function isMissing (error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
