// The demo keeps its folder as long as it runs, and sets itself up again when it is asked to.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { perfbook } from '../support/cli.ts'
import { MAIN } from '../support/program.ts'
import { testFolder } from '../support/test-folder.ts'

/** Nothing answers at this database: the demo never asks it. */
const DATABASE_URL = 'postgres://nobody:hidden@127.0.0.1:1/none'
const ENV = { MIN_FREE_BYTES: '0', WORKER_THREADS: '1', DATABASE_URL, NODE_ROLE: 'web' }

/** Starts the demo as a process and waits until it has introduced itself. */
async function startDemo (t: Test, dataDir: string, args: string[] = []) {
  const child = spawn(process.execPath, [MAIN, 'demo', '--port', '0', ...args], {
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, ...ENV },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => { child.kill('SIGKILL') })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => { said += text })
  let text = ''
  for await (const part of child.stdout.setEncoding('utf8')) {
    text += part as string
    if (text.includes('Ctrl-C stops it.')) break
  }
  const field = (name: string) => new RegExp(`^  ${name} +(\\S+)$`, 'm').exec(text)?.[1] ?? ''
  return { text, field, said: () => said, child }
}

t.test('--reset never touches a demo that runs, and afterwards starts from nothing', async (t) => {
  const data = testFolder(t)
  const demo = join(data, 'demo')
  const running = await startDemo(t, data)
  const address = running.field('page').replace(/\/$/, '')
  const note = join(demo, 'files', 'note.txt')
  writeFileSync(note, 'mine')
  for (const args of [['demo', '--reset', '--port', '0'], ['demo', '--port', '0']]) {
    t.strictSame(await perfbook(data, args, { env: ENV }), {
      status: 1,
      stdout: '',
      stderr: `error: The demo is already running at ${address}. Stop it first (Ctrl-C).\n`,
    }, args.join(' '))
  }
  t.ok(existsSync(note), 'nothing was deleted')
  const headers = { authorization: `Bearer ${running.field('token')}` }
  const courses = await (await fetch(`${address}/api/courses`, { headers })).json() as unknown[]
  t.ok(courses.length > 0, 'it still answers from its database')
  const job = /(\S+\/api\/jobs\/)ID$/m.exec(running.text)?.[1]
  t.equal(job, `${address}/api/jobs/`, 'the printed lines poll the job')
  const options = await (await fetch(`${address}/api/sign-in-options`)).json() as object
  t.notOk('needs_setup' in options, 'the page does not send people to a setup link that is not there')
  for (const email of [running.field('teacher'), 'admin@example.edu']) {
    const { status } = await fetch(`${address}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: address },
      body: JSON.stringify({ email, password: running.field('password') }),
    })
    t.equal(status, 200, `${email} can sign in`)
  }

  running.child.kill('SIGINT')
  await once(running.child, 'close')
  const again = await startDemo(t, data, ['--reset'])
  t.notOk(existsSync(note), 'the old demo is gone')
  t.match(again.said(), /Setting up the demo/)
  t.notMatch(again.said(), /There was no database/, 'its own new database is no surprise')
  t.equal((await fetch(again.field('export'))).status, 200)
  again.child.kill('SIGINT')
  t.strictSame(await once(again.child, 'close'), [0, null])
})
