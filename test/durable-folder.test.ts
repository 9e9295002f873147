import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeDurableFolder } from '../src/durable-folder.ts'

t.test('a folder and its missing parents are made, for the owner only', async (t) => {
  const folder = join(t.testdir(), 'a', 'b')
  makeDurableFolder(folder)
  makeDurableFolder(folder)
  for (const path of [folder, join(folder, '..')]) t.equal(statSync(path).mode & 0o777, 0o700)
})

t.test('the error of the system is thrown if no folder can be made', async (t) => {
  const folder = t.testdir()
  writeFileSync(join(folder, 'file'), '')
  t.throws(() => { makeDurableFolder(join(folder, 'file')) }, { code: 'EEXIST' })
  t.throws(() => { makeDurableFolder(join(folder, 'file', 'a')) }, { code: 'ENOTDIR' })
  mkdirSync(join(folder, 'a'))
  t.doesNotThrow(() => { makeDurableFolder(join(folder, 'a')) })
})

t.test('also in /proc', { skip: process.platform !== 'linux' && 'needs /proc' }, async (t) => {
  t.throws(() => { makeDurableFolder('/proc/perfbook/backups') }, { code: 'ENOENT' })
})
