// The server is killed again and again while clients ask for exports: every other time at a random moment,
// else between two named steps. In the end everything that was promised is there, once and whole, and nothing
// else. Here are a few rounds with steps of the day; `npm run test:crash` does 200, each step many times.
import { setTimeout as delay } from 'node:timers/promises'
import { join } from 'node:path'
import t from 'tap'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { RUN_STEPS } from '../../src/jobs/job-run.ts'
import { REQUEST_STEPS } from '../../src/jobs/job-queue.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'
import { sqlNow } from '../support/sql.ts'
import { testFolder } from '../support/test-folder.ts'
import { lookAtAftermath } from './aftermath.ts'
import { jobEnd, startClients } from './clients.ts'
import { seededRandom } from './seeded-random.ts'
import { startLife } from './server-life.ts'

const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 10)
const SEED = Number(process.env['CRASH_SEED'] ?? Date.now() % 1e6)
const STEPS = [
  'boot: opened',
  'boot: files repaired',
  'boot: jobs requeued',
  ...REQUEST_STEPS,
  ...RUN_STEPS,
  'file: before the rename',
  'file: after the rename',
]
/**
 * A random life lasts up to this many times the start of the server: so some end before it answers, and most
 * jobs live through theirs.
 */
const LONGEST_LIFE = 4

t.setTimeout(120_000 + ROUNDS * 30_000)
t.test(`killed ${ROUNDS} times (CRASH_SEED=${SEED})`, async (t) => {
  const random = seededRandom(SEED)
  const folder = testFolder(t)
  const courseIds = await makeBookDatabase(
    join(folder, 'perfbook.sqlite'),
    ...['Physics', 'Chemistry', 'Biology'].map((name) => ({
      name,
      tasks: Array.from({ length: 30 }, (_, i) => ({ title: `HW ${i}` })),
      students: Array.from(
        { length: 60 },
        (_, i) => ({
          lastName: `${name} ${i}`,
          cells: Array.from({ length: 30 }, (_, j) => ((i * 7 + j * 3) % 11) / 10),
        })
      ),
    }))
  )
  await perfbook(folder, ['user', 'add', 'admin@example.edu', '--role', 'admin'])
  const token = (await perfbook(folder, ['token', 'create', 'admin@example.edu'])).stdout.trim()
  const clients = startClients({ count: 4, token, courseIds, random })
  const errors: string[] = []

  // As slow as the machine is just now.
  let startMs = 1000

  async function live (dieAt?: string): Promise<void> {
    const startedAt = performance.now()
    // A boot comes once a life; at the other steps the server dies in its first, second or third job.
    const server = startLife(folder, {
      dieAt,
      dieAfter: dieAt?.startsWith('boot') === true ? 1 : 1 + Math.floor(random() * 3),
    })
    t.teardown(() => {
      server.kill('SIGKILL')
    })
    const isUp = server.address.then((address) => {
      if (address !== undefined) startMs = performance.now() - startedAt
      clients.serverIs(address)
    })
    // The moment is what is random here; nothing waits for the time to pass.
    if (dieAt === undefined) {
      await delay(random() * LONGEST_LIFE * startMs).then(() => {
        server.kill('SIGKILL')
      })
    }
    const { signal, stderr } = await server.ended
    clients.serverIs(undefined)
    await isUp
    clients.serverIs(undefined)
    if (signal !== 'SIGKILL') errors.push(`the server ended by itself (${dieAt ?? 'random'})`)
    if (stderr !== '') errors.push(stderr)
  }

  const steps = STEPS.map((step) => ({ step, at: random() })).sort((a, b) => a.at - b.at)
  for (let round = 0; round < ROUNDS; round++) {
    await live(round % 2 === 0 ? steps[round / 2 % steps.length]!.step : undefined)
    if (round % 20 === 19) t.comment(`${round + 1} deaths, ${clients.promised.size} jobs promised`)
  }

  const last = startLife(folder)
  t.teardown(() => {
    last.kill('SIGKILL')
  })
  const address = await last.address
  if (address === undefined) throw new Error(`the last server did not start: ${(await last.ended).stderr}`)
  clients.serverIs(address)
  await clients.stop()
  // All of them, also those whose requests got no answer.
  for (const { id } of sqlNow(sqliteFile(join(folder, 'perfbook.sqlite')), 'SELECT id FROM jobs')) {
    await jobEnd(address, token, id as number)
  }
  const urls: string[] = []
  for (const courseId of courseIds) {
    const answer = await fetch(`${address}/api/courses/${courseId}/performance/exports`, {
      headers: { authorization: `Bearer ${token}` },
    })
    urls.push(...(await answer.json() as Array<{ url: string }>).map((item) => item.url))
  }
  for (const url of urls.slice(0, 20)) t.equal((await fetch(url)).status, 200)
  last.kill('SIGTERM')
  t.match(await last.ended, { status: 0, stderr: '' })

  const wrong = await lookAtAftermath(folder, clients.promised)
  t.strictSame([...errors, ...clients.complaints, ...wrong], [])
  const db = await openDatabase(sqliteFile(join(folder, 'perfbook.sqlite')))
  const attempts = await db.reads.selectFrom('job_attempts').select((
    eb
  ) => ['outcome', eb.fn.countAll<number>().as('count')]).groupBy('outcome').execute()
  await db.close()
  t.ok(clients.promised.size > 0, 'there was something to lose')
  t.comment(
    `${ROUNDS} deaths, ${clients.promised.size} jobs promised, ${urls.length} exports listed, attempts: ${
      attempts.map((row) => `${row.count} ${row.outcome}`).join(', ')
    }`
  )
})
