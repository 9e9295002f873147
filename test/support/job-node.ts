// A node that runs jobs, as a separate process, to be killed, stopped and continued. A job of the kind
// `held` runs until a file named after its key appears in the folder. What happens is printed, one JSON value
// a line. Started with `{ location, folder, threads }` as its argument.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase, type DatabaseLocation } from '../../db/index.ts'
import { createPgBossDelivery } from '../../src/jobs/delivery/pg-boss.ts'
import type { RunnableKind } from '../../src/jobs/job-kind.ts'
import { createJobRunner } from '../../src/jobs/job-runner.ts'
import { databaseClock } from '../../src/nodes/database-clock.ts'

export interface NodeOptions {
  location: DatabaseLocation
  folder: string
  threads: number
}

export type NodeLine =
  | { step: 'ready' | 'ended' }
  | { step: 'runs' | 'aborted' | 'published' | 'discarded', job: number, token: number }
  | { level: 'info' | 'warn' | 'error', text: string }

const { location, folder, threads } = JSON.parse(process.argv[2] ?? '') as NodeOptions
const print = (line: NodeLine) => { process.stdout.write(`${JSON.stringify(line)}\n`) }
const at = (level: 'info' | 'warn' | 'error') => (facts: object, text: string) => { print({ level, text }) }
const log = { info: at('info'), warn: at('warn'), error: at('error') }
const stagingFolder = join(folder, `staging-${process.pid}`)
mkdirSync(stagingFolder, { recursive: true })

const held: RunnableKind = {
  name: 'held',
  timeLimitMs: 300_000,
  maxAttempts: 3,
  backoffMs: () => 0,
  work: async ({ job: { id: job, key, token } }, { signal }) => {
    print({ step: 'runs', job, token })
    await new Promise<void>((resolve, reject) => {
      const timer = setInterval(() => {
        if (signal?.aborted !== true && !existsSync(join(folder, key))) return
        clearInterval(timer)
        if (signal?.aborted !== true) return resolve()
        print({ step: 'aborted', job, token })
        reject(new Error('aborted'))
      }, 20)
    })
    return {
      ok: true,
      complete: async () => ({
        result: null,
        async commit (trx) {
          // One row for each output that became visible.
          await trx.insertInto('file_intents').values({ hex: `${job} ${token}`, created_at: 0 }).execute()
          trx.afterCommit(() => { print({ step: 'published', job, token }) })
        },
        discard: async () => { print({ step: 'discarded', job, token }) },
      }),
    }
  },
}

const db = await openDatabase(location)
const clock = await databaseClock({ db })
const kinds = [held]
const delivery = await createPgBossDelivery({ db, kinds, clock, log, mayUpgrade: true })
const pool = {
  threads,
  extraThreads: 0,
  load: () => ({ running: 0, waiting: 0 }),
  warm: async () => {},
  destroy: async () => {},
}
const runner = createJobRunner({ db, delivery, pool, kinds, stagingFolder, clock, log })
process.once('SIGTERM', () => {
  void runner.stop(0).then(async () => {
    clock.stop()
    await db.close()
    print({ step: 'ended' })
  })
})
await runner.start()
print({ step: 'ready' })
