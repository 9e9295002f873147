// Commands that change what is on the disk, and what must be true of it afterwards, however they ended.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { sqliteFile } from '../../db/index.ts'
import { databaseProblems, migrationStatus } from '../../db/sqlite/database-copy.ts'
import { migrations } from '../../db/migrations/all.ts'
import { perfbook } from '../support/cli.ts'
import { fillFolder } from '../support/filled-folder.ts'
import { sqlNow } from '../support/sql.ts'
import { lookAtReopened } from './reopened.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/databases')

export interface Places {
  /** Everything that the command changes. */
  root: string
  data: string
  backups: string
}

export interface Scenario {
  /** Makes the state before the command. */
  prepare: (places: Places) => Promise<void>
  command: (places: Places) => string[]
  /** Looks at a state. `isDone`: the command had said that it was done. */
  look: (places: Places, isDone: boolean) => Promise<string[]>
  /** How many states. */
  usual: number
}

export const places = (root: string): Places =>
  ({ root, data: join(root, 'deep', 'data'), backups: join(root, 'backups') })

/** What is wrong after a command on a state. */
async function problemsOf ({ data }: Places, args: string[]): Promise<string[]> {
  const { status, stdout, stderr } = await perfbook(data, args, { env: { PORT: '0', MIN_FREE_BYTES: '0' } })
  return status === 0 ? [] : [`${args.join(' ')}: ${status}: ${stderr}${stdout}`]
}

const doctor = async (of: Places) => await problemsOf(of, ['doctor', '--deep'])

/** Restores each backup that is there. */
async function lookAtBackups ({ root, backups }: Places): Promise<string[]> {
  const wrong: string[] = []
  const names = existsSync(backups) ? readdirSync(backups).filter((name) => /^\d/.test(name)) : []
  if (names.length === 0) wrong.push('there is no backup')
  for (const name of names) {
    const to = { ...places(root), data: join(root, 'restored') }
    rmSync(to.data, { recursive: true, force: true })
    wrong.push(
      ...await problemsOf(to, ['restore', backups, '--backup', name]),
      ...await doctor(to)
    )
  }
  return wrong
}

/** A data folder with files. Its only snapshot of an export is a made-up one. */
async function fill (data: string): Promise<string[]> {
  const { file, files } = await fillFolder(data)
  sqlNow(sqliteFile(file), 'DELETE FROM export_snapshots')
  return [...files.keys()]
}

export const scenarios: Record<string, Scenario> = {
  'a first start': {
    async prepare () {},
    command: () => ['user', 'add', 'admin@example.edu', '--role', 'admin'],
    async look ({ data }, isDone) {
      const wrong = await lookAtReopened(data, { kept: [], token: '' })
      if (wrong.length > 0) return wrong
      const users = sqlNow(sqliteFile(join(data, 'perfbook.sqlite')), 'SELECT email FROM users')
      if (isDone && users.length === 0) wrong.push('the account is gone')
      return wrong
    },
    usual: 2,
  },
  'a backup that replaces another one': {
    async prepare ({ data, backups }) {
      const files = await fill(data)
      await perfbook(data, ['backup', backups])
      // The next backup has two files that this one does not have.
      const database = sqliteFile(join(data, 'perfbook.sqlite'))
      const { createHash, randomBytes } = await import('node:crypto')
      for (const hex of files.slice(1)) {
        const [{ filename }] = sqlNow(database, 'SELECT filename FROM files WHERE hex = ?', hex) as any
        const bytes = randomBytes(10_000)
        writeFileSync(join(data, 'files', hex, filename), bytes)
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        sqlNow(database, 'UPDATE files SET size = ?, sha256 = ? WHERE hex = ?', bytes.length, sha256, hex)
      }
    },
    command: ({ backups }) => ['backup', backups, '--keep', '1'],
    async look (of, isDone) {
      const names = existsSync(of.backups) ? readdirSync(of.backups).filter((name) => /^\d/.test(name)) : []
      return [
        ...await doctor(of),
        ...await lookAtBackups(of),
        ...await problemsOf(of, ['backup', of.backups]),
        ...isDone && names.length === 0 ? ['the backup is gone'] : [],
      ]
    },
    usual: 2,
  },
  'a first backup': {
    async prepare ({ data }) { await fill(data) },
    command: ({ backups }) => ['backup', backups],
    async look (of, isDone) {
      const hasOne = existsSync(of.backups) && readdirSync(of.backups).some((name) => /^\d/.test(name))
      return [
        ...await doctor(of),
        ...isDone || hasOne ? await lookAtBackups(of) : [],
        ...await problemsOf(of, ['backup', of.backups]),
      ]
    },
    usual: 2,
  },
  'a restore': {
    async prepare ({ root, backups }) {
      const other = join(root, 'other')
      await fill(other)
      await perfbook(other, ['backup', backups])
      rmSync(other, { recursive: true })
    },
    command: ({ backups }) => ['restore', backups],
    async look (of, isDone) {
      const { data, backups } = of
      const isFinished = existsSync(join(data, 'perfbook.sqlite')) && !existsSync(join(data, '.restoring'))
      if (isDone && !isFinished) return ['the restored data is gone']
      return [...isFinished ? [] : await problemsOf(of, ['restore', backups]), ...await doctor(of)]
    },
    usual: 2,
  },
  'an upgrade': {
    async prepare ({ data }) {
      mkdirSync(data, { recursive: true, mode: 0o700 })
      const [first] = Object.keys(migrations)
      const old = readFileSync(join(FIXTURES, `${first}.sqlite.gz`))
      writeFileSync(join(data, 'perfbook.sqlite'), gunzipSync(old), { mode: 0o600 })
      // Its file was left behind.
      sqlNow(sqliteFile(join(data, 'perfbook.sqlite')), 'DELETE FROM exports; DELETE FROM files')
    },
    command: () => ['migrate'],
    async look ({ data }, isDone) {
      const file = join(data, 'perfbook.sqlite')
      const isUpgraded = migrationStatus(file).applied.length > 1
      const copies = () => existsSync(join(data, 'backups'))
        ? readdirSync(join(data, 'backups')).filter((name) => name.endsWith('.sqlite'))
        : []
      const wrong = isDone && !isUpgraded ? ['the upgrade is gone'] : []
      if (isUpgraded && copies().length === 0) wrong.push('upgraded, and no copy from before')
      for (const copy of copies()) wrong.push(...databaseProblems(join(data, 'backups', copy)))
      wrong.push(...await lookAtReopened(data, { kept: [], token: '' }))
      const [{ students }] = sqlNow(sqliteFile(file), 'SELECT count(*) AS students FROM students') as any
      if (students !== 2) wrong.push(`there are ${students} students`)
      return wrong
    },
    usual: 2,
  },
}
