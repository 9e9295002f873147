// An erasure whose process is killed: either all of it happened or nothing did, and bytes that are left go at
// the next start.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { problemsOf } from '../support/sql.ts'
import { databaseEnv } from '../support/test-database.ts'
import { fillEverywhere, peopleWorld, storedHexes, TRACES } from './people.ts'

const ERASER = join(import.meta.dirname, 'killed-eraser.ts')

for (
  const [moment, isErased] of [
    ['rows', false],
    ['bytes', true],
  ] as const
) {
  t.test(
    moment === 'rows' ? 'killed inside the transaction' : 'killed before the bytes are removed',
    async (t) => {
      const world = await peopleWorld(t)
      const paths = await fillEverywhere(world, 1)
      const before = await world.books()
      const settings = JSON.stringify(databaseEnv(world.database))
      const child = spawn(process.execPath, [ERASER, world.dataDir, 'u-cyd-77', moment, settings], {
        stdio: 'inherit',
      })
      const signal = await new Promise((resolve) =>
        child.on('exit', (code, signal) => {
          resolve(signal ?? code)
        })
      )
      t.equal(signal, 'SIGKILL')
      t.strictSame(problemsOf(world.database), [])
      const rows = JSON.stringify(
        ['students', 'roster_records', 'jobs', 'job_attempts', 'imports', 'users', 'files'].map((table) =>
          world.sql(`SELECT * FROM ${table}`)
        )
      )
      t.equal(TRACES.test(rows), !isErased, 'rows')
      t.equal(
        world.sql('SELECT * FROM erased_people').length > 0,
        isErased,
        'the hashes commit with the rows'
      )
      t.equal(
        paths.every((path) => existsSync(path)),
        true,
        'bytes are still there'
      )
      if (!isErased) t.strictSame(await world.books(), before)

      // The next start: the command that makes an export starts the service's runner, which removes what was
      // noted.
      t.match(await world.run(['export', '1']), { status: 0 })
      t.equal(storedHexes(world).length, isErased ? 1 : 4)
    }
  )
}
