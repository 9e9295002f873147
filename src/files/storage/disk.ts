import { createReadStream } from 'node:fs'
import { lstat, mkdir, open, opendir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { assertPathPart } from '../file-name.ts'
import type { FileStorage } from './file-storage.ts'

/**
 * Keeps each file as `<folder>/<hex>/<filename>`, and what is put out of the way as
 * `<quarantineFolder>/<hex>/<filename>`. Staged files and both folders must lie on one disk, since files are
 * renamed.
 */
export function createDiskStorage (folder: string, quarantineFolder: string): FileStorage {
  const place = (hex: string, filename?: string): string => {
    if (!/^[0-9a-f]{32}$/.test(hex)) throw new Error(`not the hex of a file: ${hex}`)
    if (filename === undefined) return join(folder, hex)
    assertPathPart(filename)
    return join(folder, hex, filename)
  }

  return {
    async put (stagedPath, hex, filename) {
      const file = place(hex, filename)
      await syncPath(stagedPath)
      await mkdir(dirname(file), { recursive: true })
      try {
        await rename(stagedPath, file)
        // The names themselves must survive a loss of power: that of the file in its folder, that of the
        // folder in its parent.
        await syncPath(dirname(file))
        await syncPath(folder)
      } catch (error) {
        await rm(dirname(file), { recursive: true, force: true })
        throw error
      }
    },

    async size (hex, filename) {
      const file = place(hex, filename)
      // Neither a link nor what lies behind a linked folder is ours.
      const [parent, found] = await Promise.all([kind(dirname(file)), kind(file)])
      return parent?.isDirectory() === true && found?.isFile() === true ? found.size : undefined
    },

    read: (hex, filename) => createReadStream(place(hex, filename), { highWaterMark: 1 << 18 }),

    async remove (hex) {
      await rm(place(hex), { recursive: true, force: true })
    },

    async * list (hex) {
      if (hex !== undefined && (await kind(place(hex)))?.isDirectory() !== true) return
      await mkdir(folder, { recursive: true })
      for await (const entry of await opendir(hex === undefined ? folder : place(hex))) yield entry.name
    },

    async quarantine (name, filename) {
      assertPathPart(name)
      if (filename !== undefined) assertPathPart(filename)
      const from = join(folder, name, filename ?? '')
      if (await kind(from) === undefined) return false
      const to = filename === undefined
        ? join(quarantineFolder, name)
        : join(quarantineFolder, name, filename)
      await mkdir(dirname(to), { recursive: true })
      await rename(from, await freeName(to))
      // A folder with more in it stays.
      if (filename !== undefined) await rmdir(dirname(from)).catch(() => {})
      return true
    },

    async restore (hex, filename) {
      const to = place(hex, filename)
      const from = join(quarantineFolder, hex, filename)
      if (await kind(from) === undefined || await kind(to) !== undefined) return false
      await mkdir(dirname(to), { recursive: true })
      await rename(from, to)
      await syncPath(dirname(to))
      await syncPath(folder)
      await rmdir(dirname(from)).catch(() => {})
      return true
    },
  }
}

/** What lies there, links not followed. */
async function kind (path: string) {
  return await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ENAMETOOLONG') return undefined
    throw error
  })
}

/** Nothing in quarantine is ever overwritten: the second of a name is `name~2`. */
async function freeName (path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const name = n === 1 ? path : join(dirname(path), `${basename(path)}~${n}`)
    if (await kind(name) === undefined) return name
  }
}

async function syncPath (path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
