import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createDiskStorage } from '../../../src/files/storage/disk.ts'
import { openStorage } from '../../../src/files/storage/location.ts'
import { bytesOf, collect, fileStorageContract, newHex } from '../../contracts/file-storage.contract.ts'
import { needsSwift, startSwift, storeOf } from '../../support/swift.ts'
import { createMemoryStorage } from '../memory-storage.ts'

function onDisk (t: Test) {
  const folder = join(t.testdirName, 'files')
  const quarantine = join(t.testdirName, 'quarantine')
  mkdirSync(folder, { recursive: true })
  return { folder, quarantine, storage: createDiskStorage(folder, quarantine) }
}

t.test('on disk', (t) => fileStorageContract(t, async (t) => onDisk(t).storage))
t.test('in memory', (t) => fileStorageContract(t, async () => createMemoryStorage()))

t.test('in an object store', needsSwift(), async (t) => {
  const swift = await startSwift(t)
  await fileStorageContract(t, async () => {
    const store = storeOf(await swift.settings('a/b'))
    return await openStorage({ kind: 's3', store }, { installation: async () => newHex() })
  })
})

t.test('on disk, a link is not a file, nor is a folder or a file behind a linked folder', async (t) => {
  t.testdir({ secret: 'secret', elsewhere: { 'a.txt': 'elsewhere' } })
  const { folder, storage } = onDisk(t)
  const [linked, linkedFolder, withFolder] = [newHex(), newHex(), newHex()]
  mkdirSync(join(folder, linked))
  symlinkSync(join(t.testdirName, 'secret'), join(folder, linked, 'a.txt'))
  symlinkSync(join(t.testdirName, 'elsewhere'), join(folder, linkedFolder))
  mkdirSync(join(folder, withFolder, 'a.txt'), { recursive: true })
  for (const hex of [linked, linkedFolder, withFolder]) {
    t.equal(await storage.size({ hex, filename: 'a.txt' }), undefined)
  }
  t.strictSame(await collect(storage.list(linkedFolder)), [])
})

t.test('on disk, unknown entries are listed and quarantined under their own names', async (t) => {
  t.testdir({})
  const { folder, quarantine, storage } = onDisk(t)
  writeFileSync(join(folder, 'Thumbs.db'), 'x')
  const hex = newHex()
  mkdirSync(join(folder, hex))
  writeFileSync(join(folder, hex, 'one'), '1')
  writeFileSync(join(folder, hex, 'two'), '2')
  t.strictSame((await collect(storage.list())).sort(), ['Thumbs.db', hex].sort())
  t.equal(await storage.quarantine('Thumbs.db'), true)
  t.equal(await storage.quarantine(hex, 'two'), true)
  t.equal(String(await bytesOf(storage, { hex, filename: 'one' })), '1', 'other files beside it stay')
  t.strictSame(readdirSync(quarantine).sort(), ['Thumbs.db', hex].sort())
  writeFileSync(join(folder, 'Thumbs.db'), 'y')
  t.equal(await storage.quarantine('Thumbs.db'), true)
  t.equal(readFileSync(join(quarantine, 'Thumbs.db'), 'utf8'), 'x')
  t.equal(readFileSync(join(quarantine, 'Thumbs.db~2'), 'utf8'), 'y')
})
