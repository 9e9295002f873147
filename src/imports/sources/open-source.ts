import { createReadStream, type Dirent } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { shorten, shortenName } from '../../short-text.ts'
import { Refusal } from '../problems.ts'
import { ENTRIES_MAX, isLitter, type ByteBudget, type Source, type SourceFile } from './source-files.ts'
import { isZipArchive, openZipArchive } from './zip-archive.ts'

/** Bytes that are read from disk at a time. */
const READ_BYTES = 1 << 18

/** Opens a folder, a zip archive or a single file. Throws Refusal. */
export async function openSource (path: string, budget: ByteBudget): Promise<Source> {
  const name = shortenName(basename(path))
  const { isFolder, size } = await lookAt(path, name)
  if (isFolder) return await openFolder(path, name, budget)
  if (await isZipArchive(path)) return await openZipArchive(path, name, budget)
  if (/\.zip$/i.test(path)) {
    throw new Refusal({ file: name }, 'is not a zip archive; export or download it again')
  }
  const file = { name, base: name.toLowerCase(), size, read: () => readFile(path, name, budget) }
  return { name, isFile: true, files: [file], found: [name], close: () => {} }
}

async function lookAt (path: string, name: string): Promise<{ isFolder: boolean, size: number }> {
  const stats = await stat(path).catch((error: unknown) => {
    throw new Refusal({ file: name }, isMissing(error)
      ? 'there is no such file or folder'
      : `cannot be opened: ${shorten((error as Error).message, 200)}`)
  })
  const isFolder = stats.isDirectory()
  if (!isFolder && !stats.isFile()) throw new Refusal({ file: name }, 'is neither a file nor a folder')
  return { isFolder, size: stats.size }
}

/** The files of a folder. If its only entry is a folder, the files of that one. */
async function openFolder (path: string, name: string, budget: ByteBudget): Promise<Source> {
  let folder = path
  let entries = await entriesOf(folder, name)
  const [only, ...others] = entries
  if (only?.isDirectory() === true && others.length === 0) {
    folder = join(folder, only.name)
    entries = await entriesOf(folder, name)
  }
  const files: SourceFile[] = []
  for (const { name: entry } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const file = join(folder, entry)
    const stats = await stat(file).catch(() => undefined)
    if (stats?.isFile() !== true) continue
    const shown = shortenName(entry)
    files.push({
      name: shown,
      base: entry.toLowerCase(),
      size: stats.size,
      read: () => readFile(file, shown, budget),
    })
  }
  return { name, isFile: false, files, found: files.map((file) => file.name), close: () => {} }
}

async function entriesOf (folder: string, name: string): Promise<Dirent[]> {
  const entries: Dirent[] = []
  let count = 0
  // One by one, since it may be the wrong folder, with a million files.
  for await (const entry of await opendir(folder)) {
    if (!isLitter(entry.name)) entries.push(entry)
    if (++count > ENTRIES_MAX) {
      const message = `has more than ${ENTRIES_MAX} entries; choose the folder that has only the bundle`
      throw new Refusal({ file: name }, message)
    }
  }
  return entries
}

async function * readFile (
  path: string, name: string, budget: ByteBudget
): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>) {
    budget.spend(name, chunk.length)
    yield chunk
  }
}

function isMissing (error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
