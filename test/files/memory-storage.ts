import { readFile, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { assertPathPart } from '../../src/files/file-name.ts'
import type { FileStorage } from '../../src/files/storage/file-storage.ts'

/** Keeps bytes in memory: a second implementation, with nothing of the disk's ways. */
export function createMemoryStorage (): FileStorage {
  const kept = new Map<string, Map<string, Buffer>>()
  const aside: Array<{ hex: string, filename: string, bytes: Buffer }> = []
  const check = (hex: string, filename?: string): void => {
    if (!/^[0-9a-f]{32}$/.test(hex)) throw new Error(`not a hex: ${hex}`)
    if (filename !== undefined) assertPathPart(filename)
  }
  const take = (hex: string, filename: string): Buffer | undefined => {
    const bytes = kept.get(hex)?.get(filename)
    kept.get(hex)?.delete(filename)
    if (kept.get(hex)?.size === 0) kept.delete(hex)
    return bytes
  }
  return {
    async put (stagedPath, hex, filename) {
      check(hex, filename)
      const bytes = await readFile(stagedPath)
      kept.set(hex, (kept.get(hex) ?? new Map<string, Buffer>()).set(filename, bytes))
      await rm(stagedPath)
    },
    async size (hex, filename) {
      check(hex, filename)
      return kept.get(hex)?.get(filename)?.length
    },
    read (hex, filename) {
      check(hex, filename)
      const bytes = kept.get(hex)?.get(filename)
      return new Readable({
        read () {
          if (bytes === undefined) {
            this.destroy(Object.assign(new Error('no such file'), { code: 'ENOENT' }))
            return
          }
          this.push(bytes)
          this.push(null)
        },
      })
    },
    async remove (hex) {
      check(hex)
      kept.delete(hex)
    },
    async * list (hex) {
      yield * (hex === undefined ? kept : kept.get(hex) ?? new Map<string, Buffer>()).keys()
    },
    async quarantine (hex, filename) {
      assertPathPart(hex)
      const names = filename === undefined ? Array.from(kept.get(hex)?.keys() ?? []) : [filename]
      let any = false
      for (const name of names) {
        const bytes = take(hex, name)
        if (bytes === undefined) continue
        aside.push({ hex, filename: name, bytes })
        any = true
      }
      return any
    },
    async restore (hex, filename) {
      const at = aside.findIndex((one) => one.hex === hex && one.filename === filename)
      if (at < 0 || kept.get(hex)?.has(filename) === true) return false
      const [one] = aside.splice(at, 1)
      kept.set(hex, (kept.get(hex) ?? new Map<string, Buffer>()).set(filename, one!.bytes))
      return true
    },
  }
}
