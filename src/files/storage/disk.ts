import { lstat, mkdir, open, opendir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { flush } from '../../durable-folder.ts'
import { assertPathPart } from '../file-name.ts'
import { assertFileKey, type BytesKey, type FileKey, type FileStorage } from './file-storage.ts'

/** Bytes per read of an opened file. */
const CHUNK_BYTES = 262_144

/**
 * Stores each file as `<folder>/<hex>/<filename>`, and what was moved out of the way as
 * `<quarantineFolder>/<hex>/<filename>`. Staged files and both folders must be on one disk, because files are
 * renamed.
 */
export function createDiskStorage (folder: string, quarantineFolder: string): FileStorage {
  const pathOf = ({ hex, filename }: FileKey): string => {
    assertFileKey({ hex, filename })
    return join(folder, hex, filename)
  }

  return {
    newKey: () => null,

    nameOf: ({ hex }) => hex,

    async put (stagedPath, key) {
      const path = pathOf(key)
      await flush(stagedPath)
      await mkdir(dirname(path), { recursive: true })
      try {
        await rename(stagedPath, path)
        // The names must survive a power loss too: the file's in its folder, and the folder's in its parent.
        await flush(dirname(path))
        await flush(folder)
      } catch (error) {
        await rm(dirname(path), { recursive: true, force: true })
        throw error
      }
    },

    async size (key) {
      const path = pathOf(key)
      if (isElsewhere(key)) return undefined
      // A link, or a file behind a linked folder, is not ours.
      const [parent, found] = await Promise.all([statsOf(dirname(path)), statsOf(path)])
      return parent?.isDirectory() === true && found?.isFile() === true ? found.size : undefined
    },

    async open (key, { range } = {}) {
      const handle = await open(pathOf(key)).catch((error: NodeJS.ErrnoException) => {
        throw isMissing(error) ? Object.assign(error, { code: 'ENOENT' }) : error
      })
      return handle.createReadStream({ ...range, highWaterMark: CHUNK_BYTES })
    },

    localPath: pathOf,

    async remove (key) {
      const { hex } = key
      assertFileKey({ hex })
      if (isElsewhere(key)) return
      await rm(join(folder, hex), { recursive: true, force: true })
    },

    async * list (name) {
      if (name !== undefined) assertPathPart(name)
      const path = join(folder, name ?? '')
      if (name === undefined) await mkdir(folder, { recursive: true })
      else if ((await statsOf(path))?.isDirectory() !== true) return
      for await (const entry of await opendir(path)) yield entry.name
    },

    async quarantine (name, filename) {
      assertPathPart(name)
      if (filename !== undefined) assertPathPart(filename)
      const from = join(folder, name, filename ?? '')
      if (await statsOf(from) === undefined) return false
      const to = join(quarantineFolder, name, filename ?? '')
      await mkdir(dirname(to), { recursive: true })
      await rename(from, await freeName(to))
      // A folder with other things in it stays.
      if (filename !== undefined) await rmdir(dirname(from)).catch(() => {})
      return true
    },

    async restore (key) {
      const to = pathOf(key)
      const from = join(quarantineFolder, key.hex, key.filename)
      if (await statsOf(from) === undefined || await statsOf(to) !== undefined) return false
      await mkdir(dirname(to), { recursive: true })
      await rename(from, to)
      await flush(dirname(to))
      await flush(folder)
      await rmdir(dirname(from)).catch(() => {})
      return true
    },
  }
}

/** Whether a file was stored in an object store. */
function isElsewhere ({ object_key: key }: BytesKey): boolean {
  return key !== null && key !== undefined
}

/** What is at a path; links are not followed. Undefined if there is nothing. */
async function statsOf (path: string) {
  return await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (isMissing(error)) return undefined
    throw error
  })
}

function isMissing ({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG'
}

/** Nothing in quarantine is ever overwritten: the second of a name becomes `name~2`. */
async function freeName (path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const name = n === 1 ? path : join(dirname(path), `${basename(path)}~${n}`)
    if (await statsOf(name) === undefined) return name
  }
}
