import { access, mkdir, open, opendir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileStorage } from './file-storage.ts'

/** Keeps each file as `<folder>/<hex>/<filename>`. The staged file must lie on the same disk, since it is renamed. */
export function createDiskStorage (folder: string): FileStorage {
  const place = (hex: string) => {
    if (!/^[0-9a-f]{32}$/.test(hex)) throw new Error(`not the hex of a file: ${hex}`)
    return join(folder, hex)
  }
  return {
    async put (stagedPath, hex, filename) {
      await mkdir(place(hex), { recursive: true })
      await syncFile(stagedPath)
      await rename(stagedPath, join(place(hex), filename))
      // The names themselves must survive a loss of power: that of the file in its folder, that of the folder in its parent.
      await syncFile(place(hex))
      await syncFile(folder)
    },
    async remove (hex) {
      await rm(place(hex), { recursive: true, force: true })
    },
    async exists (hex, filename) {
      return await access(join(place(hex), filename)).then(() => true, () => false)
    },
    async * list () {
      await mkdir(folder, { recursive: true })
      for await (const entry of await opendir(folder)) {
        if (entry.isDirectory() && /^[0-9a-f]{32}$/.test(entry.name)) yield entry.name
      }
    },
  }
}

async function syncFile (path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
