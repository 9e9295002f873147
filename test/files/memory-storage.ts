import { readFile, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { assertPathPart } from '../../src/files/file-name.ts'
import type { FileKey, FileStorage } from '../../src/files/storage/file-storage.ts'

/** Bytes per piece of a stream. */
const CHUNK_BYTES = 65_536

/** Stores bytes in memory: a second implementation, with none of the disk's behavior. */
export function createMemoryStorage (): FileStorage {
  const stored = new Map<string, Map<string, Buffer>>()
  const aside: Array<FileKey & { bytes: Buffer }> = []
  const check = (hex: string, filename?: string): void => {
    if (!/^[0-9a-f]{32}$/.test(hex)) throw new Error(`not a hex: ${hex}`)
    if (filename !== undefined) assertPathPart(filename)
  }
  const bytesAt = ({ hex, filename }: FileKey): Buffer | undefined => {
    check(hex, filename)
    return stored.get(hex)?.get(filename)
  }
  const add = ({ hex, filename }: FileKey, bytes: Buffer): void => {
    const names = stored.get(hex) ?? new Map<string, Buffer>()
    stored.set(hex, names.set(filename, bytes))
  }
  const take = (hex: string, filename: string): Buffer | undefined => {
    const names = stored.get(hex)
    const bytes = names?.get(filename)
    names?.delete(filename)
    if (names?.size === 0) stored.delete(hex)
    return bytes
  }
  return {
    newKey: () => null,
    nameOf: ({ hex }) => hex,
    async put (stagedPath, key) {
      check(key.hex, key.filename)
      add(key, await readFile(stagedPath))
      await rm(stagedPath)
    },
    size: async (key) => bytesAt(key)?.length,
    async open (key, { range } = {}) {
      const bytes = bytesAt(key)
      if (bytes === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
      const part = range === undefined ? bytes : bytes.subarray(range.start, range.end + 1)
      return Readable.from((function * () {
        for (let at = 0; at < part.length; at += CHUNK_BYTES) yield part.subarray(at, at + CHUNK_BYTES)
      })(), { objectMode: false })
    },
    localPath: () => undefined,
    async remove ({ hex }) {
      check(hex)
      stored.delete(hex)
    },
    async * list (hex) {
      yield * (hex === undefined ? stored : stored.get(hex) ?? new Map<string, Buffer>()).keys()
    },
    async quarantine (hex, filename) {
      assertPathPart(hex)
      const names = filename === undefined ? Array.from(stored.get(hex)?.keys() ?? []) : [filename]
      let any = false
      for (const name of names) {
        const bytes = take(hex, name)
        if (bytes === undefined) continue
        aside.push({ hex, filename: name, bytes })
        any = true
      }
      return any
    },
    async restore (key) {
      const at = aside.findIndex(({ hex, filename }) => hex === key.hex && filename === key.filename)
      if (at < 0 || bytesAt(key) !== undefined) return false
      for (const { bytes } of aside.splice(at, 1)) add(key, bytes)
      return true
    },
  }
}
