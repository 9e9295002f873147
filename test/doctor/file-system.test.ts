import { statfs } from 'node:fs/promises'
import t from 'tap'
import { checkFileSystem } from '../../src/doctor/file-system.ts'

const FOLDER = '/srv/perfbook'

/** Asks a file system of that type. */
async function check (type: number) {
  const asked: string[] = []
  const finding = await checkFileSystem(FOLDER, async (path) => {
    asked.push(path)
    return { type }
  })
  t.strictSame(asked, [FOLDER])
  return finding
}

t.test('a data folder on a network file system is a problem, with what to do', async (t) => {
  for (const [type, name] of [
    [0x6969, 'NFS'], [0xff534d42, 'CIFS'], [0xfe534d42, 'SMB'], [0x517b, 'SMB'], [0x01021997, '9P'],
  ] as const) {
    t.match(await check(type), {
      check: 'file system',
      ok: false,
      message: `${FOLDER} is on a network file system (${name}), where SQLite databases get corrupted.`,
      advice: /local disk/,
    })
  }
  t.match(await check(0xff534d42 | 0), { ok: false, message: /CIFS/ }, 'as a signed number')
})

t.test('a local file system is not: ext4, XFS, btrfs, ZFS, tmpfs, overlay', async (t) => {
  for (const type of [0xef53, 0x58465342, 0x9123683e, 0x2fc12fc1, 0x01021994, 0x794c7630]) {
    t.match(await check(type), { ok: true, advice: null })
  }
  t.type((await statfs(import.meta.dirname)).type, 'number', 'what the operating system says has this form')
})

t.test('an error of the file system passes through', async (t) => {
  await t.rejects(checkFileSystem(`${FOLDER}/nowhere`), { code: 'ENOENT' })
})
