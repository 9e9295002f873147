import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { importError } from '../error-messages.ts'
import { Refusal } from '../problems.ts'
import { bundleFolder } from './bundle-folder.ts'
import { ENTRIES_MAX, isLitter } from './source-files.ts'

/** A file on the disk. */
interface FolderFile {
  /** Without folders. */
  name: string
  path: string
  /** Bytes. */
  size: number
}

/**
 * The files of the folder that has the files, and the names of all files at any depth, in order. Links to
 * folders are not followed. Throws Refusal if there are several such folders or too many entries.
 */
export async function filesOfFolder (
  path: string, name: string
): Promise<{ files: FolderFile[], found: string[] }> {
  const found = (await namesIn(path, name)).sort()
  const folder = bundleFolder(found, name)
  const files: FolderFile[] = []
  for (const one of found) {
    const inner = one.slice(folder.length)
    if (!one.startsWith(folder) || inner.includes('/')) continue
    const file = join(path, one)
    const stats = await stat(file).catch(() => undefined)
    if (stats?.isFile() === true) files.push({ name: inner, path: file, size: stats.size })
  }
  return { files, found }
}

async function namesIn (path: string, name: string): Promise<string[]> {
  const names: string[] = []
  const folders = ['']
  let count = 0
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    // One by one, since it may be the wrong folder, with a million files.
    for await (const entry of await opendir(join(path, folder))) {
      if (++count > ENTRIES_MAX) {
        throw new Refusal({ file: name }, importError('many_files', { most: ENTRIES_MAX }))
      }
      if (isLitter(entry.name)) continue
      if (entry.isDirectory()) folders.push(`${folder}${entry.name}/`)
      else names.push(`${folder}${entry.name}`)
    }
  }
  return names
}
