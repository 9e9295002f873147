// What every place that keeps bytes must do: run it with `fileStorageContract(t, make)`. It asks only the
// interface.
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { FileKey, FileStorage } from '../../src/files/storage/file-storage.ts'

export const newHex = (): string => randomBytes(16).toString('hex')

export async function collect<T> (all: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const one of all) found.push(one)
  return found
}

/** A key for a new file. */
export function newKey (storage: FileStorage, filename = 'a.txt'): FileKey {
  return { hex: newHex(), filename, object_key: storage.newKey('files') }
}

export async function bytesOf (storage: FileStorage, key: FileKey): Promise<Buffer> {
  return Buffer.concat(await collect(await storage.open(key) as AsyncIterable<Buffer>))
}

/** `make` gives a new, empty storage each time. */
export async function fileStorageContract (t: Test, make: (t: Test) => Promise<FileStorage>): Promise<void> {
  let staged = 0
  async function stage (t: Test, content: string | Buffer): Promise<string> {
    const path = join(t.testdirName, `staged-${++staged}`)
    await writeFile(path, content)
    return path
  }
  async function start (t: Test): Promise<FileStorage> {
    t.testdir({})
    return await make(t)
  }
  async function stored (storage: FileStorage, t: Test, content: string | Buffer, filename = 'a.txt') {
    const key = newKey(storage, filename)
    await storage.put(await stage(t, content), key)
    return key
  }
  const isThere = async (storage: FileStorage, key: FileKey) => await storage.size(key) !== undefined
  const names = async (storage: FileStorage) => (await collect(storage.list())).sort()

  await t.test('put takes a staged file over', async (t) => {
    const storage = await start(t)
    const key = newKey(storage)
    const path = await stage(t, 'some bytes')
    await storage.put(path, key)
    t.notOk(existsSync(path), 'nothing is left where it was staged')
    t.equal(await storage.size(key), 10)
    t.equal(String(await bytesOf(storage, key)), 'some bytes')
    t.strictSame(await names(storage), [storage.nameOf(key)])
    t.strictSame(
      await collect(storage.list(storage.nameOf(key))),
      storage.remote === undefined ? ['a.txt'] : [],
      'an object store has no folders'
    )
  })

  await t.test('any name and any bytes', async (t) => {
    const storage = await start(t)
    const filenames = [
      '日本語 👩‍👧.xlsx',
      '.NET_Performance.xlsx',
      'a%2fb#?&+.txt',
      `${'ä'.repeat(98)}.pdf`,
      "it's (1) [2].csv",
    ]
    for (const name of filenames) {
      t.equal(String(await bytesOf(storage, await stored(storage, t, name, name))), name)
    }
    const empty = await stored(storage, t, '', 'empty')
    t.equal(await storage.size(empty), 0)
    t.equal((await bytesOf(storage, empty)).length, 0)
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    // An object store gets the last two in parts, one of them with a last part of one byte.
    for (const size of [3_000_001, 8 * 1024 ** 2, 8 * 1024 ** 2 + 1, 20_000_000]) {
      const bytes = randomBytes(size)
      const key = await stored(storage, t, bytes, 'large')
      t.equal(await storage.size(key), size)
      t.equal(sha256(await bytesOf(storage, key)), sha256(bytes))
    }
  })

  await t.test('open: one range of a file', async (t) => {
    const storage = await start(t)
    const content = randomBytes(1_000_000)
    const [key, one] = [await stored(storage, t, content), await stored(storage, t, 'x')]
    const last = content.length - 1
    const ranges = [[0, 0], [0, last], [1, last], [last, last], [65_535, 65_536], [7, 800_000]] as const
    for (const [start, end] of ranges) {
      const stream = await storage.open(key, { range: { start, end }, size: content.length })
      const found = Buffer.concat(await collect(stream as AsyncIterable<Buffer>))
      t.ok(found.equals(content.subarray(start, end + 1)), `${start}-${end}`)
    }
    const single = await storage.open(one, { range: { start: 0, end: 0 } })
    t.equal(String(Buffer.concat(await collect(single as AsyncIterable<Buffer>))), 'x')
  })

  await t.test('open: a stream that the caller destroys, and two of the same file at once', async (t) => {
    const storage = await start(t)
    const content = randomBytes(1_000_000)
    const key = await stored(storage, t, content)
    const [left, ...read] = await Promise.all([storage.open(key), storage.open(key), storage.open(key)])
    left.destroy()
    for (const stream of read) {
      t.ok(Buffer.concat(await collect(stream as AsyncIterable<Buffer>)).equals(content))
    }
    t.equal(left.destroyed, true)
  })

  await t.test('open: streams that are given up do not hold their connections', async (t) => {
    const storage = await start(t)
    const key = await stored(storage, t, randomBytes(1_000_000))
    // More than a client has connections.
    for (let i = 0; i < 150; i++) (await storage.open(key)).destroy()
    t.equal((await bytesOf(storage, key)).length, 1_000_000)
  })

  await t.test('localPath: where the bytes are, or undefined for every file', async (t) => {
    const storage = await start(t)
    const key = await stored(storage, t, 'some bytes', 'a b.txt')
    const path = storage.localPath(key)
    t.equal(typeof storage.localPath(newKey(storage, 'none')), typeof path)
    if (storage.remote !== undefined) t.equal(path, undefined)
    if (path !== undefined) t.equal(await readFile(path, 'utf8'), 'some bytes')
  })

  await t.test('newKey: a new one each time, with the run, unless the hex is the place', async (t) => {
    const storage = await start(t)
    const run = { job: 17, token: 4 }
    const keys = Array.from({ length: 20 }, () => storage.newKey('uploads', run))
    if (storage.remote === undefined) t.strictSame(new Set(keys), new Set([null]))
    else {
      t.equal(new Set(keys).size, 20)
      for (const key of keys) t.match(key, /^uploads\/[0-9a-f]{32}-17-4$/)
    }
  })

  await t.test('a put that fails leaves nothing', async (t) => {
    const storage = await start(t)
    const key = newKey(storage)
    await t.rejects(storage.put(join(t.testdirName, 'was-never-staged'), key))
    t.notOk(await isThere(storage, key))
    t.strictSame(await names(storage), [])
  })

  await t.test('what is not there', async (t) => {
    const storage = await start(t)
    const key = await stored(storage, t, 'x')
    const [other, none] = [{ ...key, filename: 'b.txt' }, newKey(storage)]
    t.equal(await storage.size(none), undefined)
    // An object store knows no names.
    if (storage.remote === undefined) t.equal(await storage.size(other), undefined)
    t.strictSame(await collect(storage.list(storage.nameOf(none))), [])
    for (const options of [{}, { range: { start: 0, end: 0 } }]) {
      await t.rejects(storage.open(none, options), { code: 'ENOENT' })
      if (storage.remote === undefined) await t.rejects(storage.open(other, options), { code: 'ENOENT' })
      else await t.rejects(storage.open(key, { ...options, size: 2 }), { code: 'ENOENT' }, 'another size')
    }
  })

  await t.test('remove takes all bytes of a file, and only those; a second time is fine', async (t) => {
    const storage = await start(t)
    const [one, other] = [await stored(storage, t, '1'), await stored(storage, t, '2')]
    await storage.remove(one)
    await storage.remove(one)
    t.notOk(await isThere(storage, one))
    t.strictSame(await names(storage), [storage.nameOf(other)])
    t.equal(String(await bytesOf(storage, other)), '2')
  })

  await t.test('quarantine hides and keeps; restore brings back', async (t) => {
    const storage = await start(t)
    const key = await stored(storage, t, 'kept')
    const name = storage.nameOf(key)
    t.equal(await storage.quarantine(name), true)
    t.equal(await storage.quarantine(name), false)
    t.notOk(await isThere(storage, key))
    t.strictSame(await names(storage), [])
    t.equal(await storage.restore(newKey(storage)), false)
    t.equal(await storage.restore(key), true)
    t.equal(String(await bytesOf(storage, key)), 'kept')
    t.equal(await storage.restore(key), false)

    t.equal(await storage.quarantine(storage.nameOf(newKey(storage)), 'a.txt'), false)
    t.equal(await storage.quarantine(name, 'a.txt'), true)
    t.strictSame(await names(storage), [], 'nothing is left under the name, so it is gone')
    await storage.put(await stage(t, 'new'), key)
    t.equal(await storage.restore(key), false, 'its place is taken')
    t.equal(String(await bytesOf(storage, key)), 'new')
    t.equal(await storage.quarantine(name, 'a.txt'), true, 'a second of the same name')
    t.equal(await storage.restore(key), true)
    t.equal(String(await bytesOf(storage, key)), 'kept', 'the first one was not overwritten')
  })

  await t.test('many at once', async (t) => {
    const storage = await start(t)
    const all = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => ({
        key: newKey(storage),
        path: await stage(t, `file ${i}`),
      }))
    )
    await Promise.all(all.map(({ key, path }) => storage.put(path, key)))
    t.strictSame(await names(storage), all.map(({ key }) => storage.nameOf(key)).sort())
    for (const [i, { key }] of all.entries()) t.equal(String(await bytesOf(storage, key)), `file ${i}`)
    await Promise.all(all.map(({ key }) => storage.remove(key)))
    t.strictSame(await names(storage), [])
  })

  await t.test('an invalid hex and a name that is more than a name are bugs of the caller', async (t) => {
    const storage = await start(t)
    const valid = newKey(storage)
    for (const hex of ['', '..', 'ABCDEF00ABCDEF00ABCDEF00ABCDEF00', `${newHex()}0`, `../${newHex()}`]) {
      const key = { ...valid, hex }
      await t.rejects(storage.put(await stage(t, ''), key), { message: /hex/ })
      await t.rejects(async () => storage.size(key), { message: /hex/ })
      await t.rejects(async () => bytesOf(storage, key), { message: /hex/ })
      await t.rejects(storage.remove(key), { message: /hex/ })
    }
    for (const name of ['', '..', '../a', 'a/b', 'a\u0000']) {
      await t.rejects(storage.put(await stage(t, ''), { ...valid, filename: name }), { message: /name/ })
      await t.rejects(storage.quarantine(name), { message: /name/ })
    }
    t.strictSame(await names(storage), [])
  })
}
