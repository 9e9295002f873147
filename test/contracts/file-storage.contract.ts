// What every place that keeps bytes must do: run it with `fileStorageContract(t, make)`. It asks only the
// interface.
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { FileStorage } from '../../src/files/storage/file-storage.ts'

export const newHex = (): string => randomBytes(16).toString('hex')

export async function collect<T> (all: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const one of all) found.push(one)
  return found
}

export async function bytesOf (storage: FileStorage, hex: string, filename: string): Promise<Buffer> {
  return Buffer.concat(await collect(await storage.open({ hex, filename }) as AsyncIterable<Buffer>))
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
  const there = async (storage: FileStorage, hex: string, filename: string) =>
    await storage.size({ hex, filename }) !== undefined

  await t.test('put takes a staged file over', async (t) => {
    const storage = await start(t)
    const hex = newHex()
    const path = await stage(t, 'some bytes')
    await storage.put(path, { hex, filename: 'a.txt' })
    t.notOk(existsSync(path), 'nothing is left where it was staged')
    t.equal(await storage.size({ hex, filename: 'a.txt' }), 10)
    t.equal(String(await bytesOf(storage, hex, 'a.txt')), 'some bytes')
    t.strictSame(await collect(storage.list()), [hex])
    t.strictSame(await collect(storage.list(hex)), ['a.txt'])
  })

  await t.test('any name and any bytes', async (t) => {
    const storage = await start(t)
    const names = [
      '日本語 👩‍👧.xlsx',
      '.NET_Performance.xlsx',
      'a%2fb#?&+.txt',
      `${'ä'.repeat(98)}.pdf`,
      "it's (1) [2].csv",
    ]
    for (const name of names) {
      const hex = newHex()
      await storage.put(await stage(t, name), { hex, filename: name })
      t.strictSame(await collect(storage.list(hex)), [name])
      t.equal(String(await bytesOf(storage, hex, name)), name)
    }
    const empty = newHex()
    await storage.put(await stage(t, ''), { hex: empty, filename: 'empty' })
    t.equal(await storage.size({ hex: empty, filename: 'empty' }), 0)
    t.equal((await bytesOf(storage, empty, 'empty')).length, 0)
    const large = randomBytes(3_000_001)
    const hex = newHex()
    await storage.put(await stage(t, large), { hex, filename: 'large' })
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    t.equal(sha256(await bytesOf(storage, hex, 'large')), sha256(large))
  })

  await t.test('open: one range of a file', async (t) => {
    const storage = await start(t)
    const content = randomBytes(1_000_000)
    const [hex, one] = [newHex(), newHex()]
    await storage.put(await stage(t, content), { hex, filename: 'a' })
    await storage.put(await stage(t, 'x'), { hex: one, filename: 'a' })
    const last = content.length - 1
    const ranges = [[0, 0], [0, last], [1, last], [last, last], [65_535, 65_536], [7, 800_000]] as const
    for (const [start, end] of ranges) {
      const stream = await storage.open({ hex, filename: 'a' }, { range: { start, end } })
      const found = Buffer.concat(await collect(stream as AsyncIterable<Buffer>))
      t.ok(found.equals(content.subarray(start, end + 1)), `${start}-${end}`)
    }
    const single = await storage.open({ hex: one, filename: 'a' }, { range: { start: 0, end: 0 } })
    t.equal(String(Buffer.concat(await collect(single as AsyncIterable<Buffer>))), 'x')
  })

  await t.test('open: a stream that the caller destroys, and two of the same file at once', async (t) => {
    const storage = await start(t)
    const content = randomBytes(1_000_000)
    const key = { hex: newHex(), filename: 'a' }
    await storage.put(await stage(t, content), key)
    const [left, ...read] = await Promise.all([storage.open(key), storage.open(key), storage.open(key)])
    left.destroy()
    for (const stream of read) {
      t.ok(Buffer.concat(await collect(stream as AsyncIterable<Buffer>)).equals(content))
    }
    t.equal(left.destroyed, true)
  })

  await t.test('localPath: where the bytes are, or undefined for every file', async (t) => {
    const storage = await start(t)
    const key = { hex: newHex(), filename: 'a b.txt' }
    await storage.put(await stage(t, 'some bytes'), key)
    const path = storage.localPath(key)
    t.equal(typeof storage.localPath({ hex: newHex(), filename: 'none' }), typeof path)
    if (path !== undefined) t.equal(await readFile(path, 'utf8'), 'some bytes')
  })

  await t.test('a put that fails leaves nothing', async (t) => {
    const storage = await start(t)
    const hex = newHex()
    await t.rejects(storage.put(join(t.testdirName, 'was-never-staged'), { hex, filename: 'a.txt' }))
    t.notOk(await there(storage, hex, 'a.txt'))
    t.strictSame(await collect(storage.list(hex)), [])
  })

  await t.test('what is not there', async (t) => {
    const storage = await start(t)
    const hex = newHex()
    await storage.put(await stage(t, 'x'), { hex, filename: 'a.txt' })
    t.equal(await storage.size({ hex, filename: 'b.txt' }), undefined)
    t.equal(await storage.size({ hex: newHex(), filename: 'a.txt' }), undefined)
    t.strictSame(await collect(storage.list(newHex())), [])
    for (const options of [{}, { range: { start: 0, end: 0 } }]) {
      await t.rejects(storage.open({ hex, filename: 'b.txt' }, options), { code: 'ENOENT' })
      await t.rejects(storage.open({ hex: newHex(), filename: 'a.txt' }, options), { code: 'ENOENT' })
    }
  })

  await t.test('remove takes everything under a hex, and only that; a second time is fine', async (t) => {
    const storage = await start(t)
    const [one, other] = [newHex(), newHex()]
    await storage.put(await stage(t, '1'), { hex: one, filename: 'a.txt' })
    await storage.put(await stage(t, '2'), { hex: other, filename: 'a.txt' })
    await storage.remove(one)
    await storage.remove(one)
    t.notOk(await there(storage, one, 'a.txt'))
    t.strictSame(await collect(storage.list()), [other])
    t.equal(String(await bytesOf(storage, other, 'a.txt')), '2')
  })

  await t.test('quarantine hides and keeps; restore brings back', async (t) => {
    const storage = await start(t)
    const hex = newHex()
    await storage.put(await stage(t, 'kept'), { hex, filename: 'a.txt' })
    t.equal(await storage.quarantine(hex), true)
    t.equal(await storage.quarantine(hex), false)
    t.notOk(await there(storage, hex, 'a.txt'))
    t.strictSame(await collect(storage.list()), [])
    t.equal(await storage.restore({ hex, filename: 'b.txt' }), false)
    t.equal(await storage.restore({ hex, filename: 'a.txt' }), true)
    t.equal(String(await bytesOf(storage, hex, 'a.txt')), 'kept')
    t.equal(await storage.restore({ hex, filename: 'a.txt' }), false)

    t.equal(await storage.quarantine(hex, 'b.txt'), false)
    t.equal(await storage.quarantine(hex, 'a.txt'), true)
    t.strictSame(await collect(storage.list()), [], 'nothing is left under the hex, so it is gone')
    await storage.put(await stage(t, 'new'), { hex, filename: 'a.txt' })
    t.equal(await storage.restore({ hex, filename: 'a.txt' }), false, 'its place is taken')
    t.equal(String(await bytesOf(storage, hex, 'a.txt')), 'new')
    t.equal(await storage.quarantine(hex, 'a.txt'), true, 'a second of the same name')
    t.equal(await storage.restore({ hex, filename: 'a.txt' }), true)
    t.equal(String(await bytesOf(storage, hex, 'a.txt')), 'kept', 'the first one was not overwritten')
  })

  await t.test('many at once', async (t) => {
    const storage = await start(t)
    const all = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => ({ hex: newHex(), path: await stage(t, `file ${i}`) }))
    )
    await Promise.all(all.map(({ hex, path }) => storage.put(path, { hex, filename: 'f' })))
    t.strictSame((await collect(storage.list())).sort(), all.map(({ hex }) => hex).sort())
    for (const [i, { hex }] of all.entries()) t.equal(String(await bytesOf(storage, hex, 'f')), `file ${i}`)
    await Promise.all(all.map(({ hex }) => storage.remove(hex)))
    t.strictSame(await collect(storage.list()), [])
  })

  await t.test('an invalid hex and a name that is more than a name are bugs of the caller', async (t) => {
    const storage = await start(t)
    for (const hex of ['', '..', 'ABCDEF00ABCDEF00ABCDEF00ABCDEF00', `${newHex()}0`, `../${newHex()}`]) {
      await t.rejects(storage.put(await stage(t, ''), { hex, filename: 'a' }), { message: /hex/ })
      await t.rejects(async () => storage.size({ hex, filename: 'a' }), { message: /hex/ })
      await t.rejects(async () => bytesOf(storage, hex, 'a'), { message: /hex/ })
      await t.rejects(storage.remove(hex), { message: /hex/ })
    }
    for (const name of ['', '..', '../a', 'a/b', 'a\u0000']) {
      await t.rejects(storage.put(await stage(t, ''), { hex: newHex(), filename: name }), { message: /name/ })
      await t.rejects(storage.quarantine(name), { message: /name/ })
    }
    t.strictSame(await collect(storage.list()), [])
  })
}
