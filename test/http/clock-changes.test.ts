// The clock of a server is set back and forward, by an hour and by a year, while people click and poll:
// nothing is lost, the times of a course never go back, and things expire only when the clock says so.
import { rmSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sqliteFile } from '../../db/index.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'
import { startServer } from '../support/server-process.ts'
import { clockAhead, findFaketime } from '../support/set-clock.ts'
import { sqlNow } from '../support/sql.ts'
import { testFolder } from '../support/test-folder.ts'
import { needs } from '../support/tools.ts'
import { until } from '../support/until.ts'

const HOUR_S = 3600
const YEAR_S = 365 * 24 * HOUR_S
/** The clock is set to each of these in turn: seconds ahead of the right time. */
const SETTINGS = [HOUR_S, 0, -HOUR_S, YEAR_S, 0, -YEAR_S, 0]
/** The fewest clicks at each of these settings. */
const CLICKS = 2
const PASSWORD = 'correct horse battery staple'

t.setTimeout(300_000)
t.test('the clock is set while people click', needs(findFaketime()), async (t) => {
  const top = testFolder(t)
  const [root, file] = [join(top, 'data'), join(top, 'clock')]
  const database = sqliteFile(join(root, 'perfbook.sqlite'))
  const [courseId] = await makeBookDatabase(database, {
    name: 'Biology',
    timeZone: 'Asia/Kolkata',
    tasks: [{ title: 'HW' }],
    students: [{ lastName: 'Ames', cells: [1] }],
  })
  await perfbook(root, ['user', 'add', 'admin@example.edu', '--role', 'admin'])
  await perfbook(root, ['user', 'password', 'admin@example.edu', '--password-stdin'], { stdin: PASSWORD })
  const token = (await perfbook(root, ['token', 'create', 'admin@example.edu'])).stdout.trim()
  const write = (seconds: number) => {
    // At once, as the program reads it at any moment.
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`)
    renameSync(`${file}.new`, file)
  }
  write(0)
  const { FAKETIME, ...faked } = clockAhead(0)
  const server = await startServer(t, root, {
    ...faked,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    TZ: 'Pacific/Apia',
    EXPORT_RATE_MAX: '1000000',
    WORKER_THREADS: '1',
  })
  const auth = { authorization: `Bearer ${token}` }
  const get = async (path: string, headers: Record<string, string> = auth) => {
    const answer = await fetch(`${server.address}${path}`, { headers })
    const text = await answer.text()
    return { status: answer.status, date: Date.parse(answer.headers.get('date') ?? ''), text }
  }
  const signIn = await fetch(`${server.address}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.address },
    body: JSON.stringify({ email: 'admin@example.edu', password: PASSWORD }),
  })
  t.equal(signIn.status, 200)
  const session = { cookie: signIn.headers.get('set-cookie')?.split(';')[0] ?? '' }

  const book = `/api/courses/${courseId}/performance`
  const clicks: Array<{ id: number, at: string }> = []
  async function click (): Promise<void> {
    const answer = await fetch(`${server.address}${book}/export`, { method: 'POST', headers: auth })
    const { id, requested_at: at } = await answer.json() as { id: number, requested_at: string }
    if (answer.status !== 202) throw new Error(`a click was answered with ${answer.status}`)
    clicks.push({ id, at })
    await until(`the end of job ${id}`, async (see) => {
      const { status, text } = await get(`/api/jobs/${id}`)
      see(text)
      if (status !== 200) throw new Error(`a poll was answered with ${status}: ${text}`)
      return JSON.parse(text).status === 'succeeded'
    })
  }
  let isOver = false
  const load = (async () => {
    while (!isOver) await click()
  })()
  load.catch(() => {})
  for (const seconds of SETTINGS) {
    const before = clicks.length
    write(seconds)
    await until(`a clock that is ${seconds} s ahead`, async () =>
      Math.abs((await get('/healthz')).date - Date.now() - seconds * 1000) < 600_000)
    const isYearAhead = seconds === YEAR_S
    t.equal((await get('/api/session', session)).status, isYearAhead ? 401 : 200, `session, ${seconds} s`)
    await until(`clicks at ${seconds} s`, async () => {
      // A click that failed ends all of them.
      await Promise.race([load, Promise.resolve()])
      return clicks.length >= before + CLICKS
    })
  }
  isOver = true
  await load

  const list = JSON.parse((await get(`${book}/exports`)).text) as Array<{
    job_id: number, created_at: string, url: string,
  }>
  const times = list.map((one) => one.created_at).toReversed()
  t.strictSame(times, times.toSorted(), 'no export is older than the one before it')
  const asked = clicks.map(({ at }) => at)
  t.strictSame(asked, asked.toSorted(), 'no click is older than the one before it')
  const byJob = new Map(list.map((one) => [one.job_id, one]))
  for (const { id, at } of clicks) {
    const made = byJob.get(id)
    if (made === undefined || made.created_at <= at) {
      t.fail(`a click at ${at} got an export of ${String(made?.created_at)}`)
    } else if ((await get(new URL(made.url).pathname)).status !== 200) t.fail(`${made.url} is gone`)
  }
  t.ok(list.length >= CLICKS * SETTINGS.length, `${list.length} exports`)
  const [{ housekeeping }] = sqlNow(database,
    "SELECT count(*) AS housekeeping FROM jobs WHERE kind = 'housekeeping'")
  t.ok(housekeeping <= SETTINGS.length, `${housekeeping} times, not once for each hour of a year`)
  server.kill('SIGTERM')
  t.equal((await server.ended).status, 0)
  rmSync(file)
})
