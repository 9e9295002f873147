// Where the setup link is, and where it is not.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { perfbook } from '../support/cli.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'
import { MAIN } from '../support/program.ts'
import { databaseEnv } from '../support/test-database.ts'
import { testFolder } from '../support/test-folder.ts'

const ADMIN = 'admin@example.edu'
const PASSWORD = 'vexing quiet otter'

/** A server whose output is read; ended with the test. */
async function serve (t: Test, dataDir: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      DATA_DIR: dataDir,
      PORT: '0',
      MIN_FREE_BYTES: '0',
      OVERLOAD_DELAY_MS: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => { child.kill('SIGKILL') })
  const output = { stdout: '', stderr: '' }
  child.stderr.setEncoding('utf8').on('data', (text: string) => { output.stderr += text })
  const ended = once(child, 'close')
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text
      const match = /^listening on (\S+)\n/.exec(output.stdout)
      if (match !== null) resolve(match[1]!)
    })
    void ended.then(() => { reject(new Error(`the server ended at once: ${output.stderr}`)) })
  })
  return {
    address,
    output,
    async stop () {
      child.kill('SIGTERM')
      await ended
    },
  }
}

t.test('a new server has its link in a file, and the file goes with the first administrator', async (t) => {
  const dataDir = testFolder(t)
  const file = join(dataDir, 'setup-link')
  const link = () => readFileSync(file, 'utf8')
  const first = await serve(t, dataDir)
  const url = link()
  t.equal(url.slice(0, url.indexOf('#')), `${first.address}/`)
  t.match(url, /#setup=[\w-]{43}\n$/)
  t.equal(statSync(file).mode & 0o777, 0o600)
  const secret = /=(\S+)/.exec(url)![1]!
  await first.stop()
  t.match(first.output.stderr, 'there is no administrator yet')
  t.notMatch(first.output.stderr + first.output.stdout, secret, 'no log has it')

  const second = await serve(t, dataDir, { PUBLIC_URL: 'https://school.example/books' })
  t.equal(link(), `https://school.example/books/#setup=${secret}\n`, 'it stays valid')
  const made = await perfbook(dataDir, ['setup-link'])
  t.match(made, {
    status: 0, stdout: /^https:\/\/school\.example\/books\/#setup=[\w-]{43}\n$/, stderr: /valid until/,
  })
  t.equal(link(), made.stdout)
  const post = async (path: string, body: object) =>
    await fetch(`${second.address}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://school.example' },
      body: JSON.stringify(body),
    })
  t.equal((await post('/api/setup/check', { token: secret })).status, 404, 'a later link ends the one before')
  const token = /=(\S+)/.exec(made.stdout)![1]!
  const answer = await post('/api/setup', {
    token, name: 'Ada Byron', email: ADMIN, password: PASSWORD, school: 'Hill School',
  })
  t.equal(answer.status, 201)
  t.notOk(existsSync(file))
  t.match(await perfbook(dataDir, ['setup-link']), {
    status: 1, stdout: '', stderr: /already has an administrator/,
  })
  await second.stop()
  const third = await serve(t, dataDir)
  t.notOk(existsSync(file), 'there is an administrator')
  await third.stop()
  t.notMatch(third.output.stderr, 'no administrator')
})

t.test('on a terminal, the person who watches sees it', async (t) => {
  const dataDir = testFolder(t)
  const stop = new AbortController()
  const { status, stderr } = await perfbook(dataDir, ['serve'], {
    env: { PORT: '0', MIN_FREE_BYTES: '0' },
    isTTY: true,
    signal: stop.signal,
    onStderr: () => { stop.abort() },
  })
  t.equal(status, 0)
  const link = readFileSync(join(dataDir, 'setup-link'), 'utf8')
  t.equal(stderr, `There is no administrator yet. To make your account, open:\n${link}`)
  await perfbook(dataDir, ['user', 'add', ADMIN, '--role', 'admin'])
  t.notOk(existsSync(join(dataDir, 'setup-link')), 'an administrator by command')
})

t.test('with many nodes, only the command makes a link', { skip: noPostgres }, async (t) => {
  const dataDir = testFolder(t)
  const env = { ...databaseEnv(await testPostgres(t)), PUBLIC_URL: 'http://127.0.0.1:9' }
  const server = await serve(t, dataDir, env)
  const made = await perfbook(testFolder(t), ['setup-link'], { env })
  t.match(made, { status: 0, stdout: /^http:\/\/127\.0\.0\.1:9\/#setup=/ })
  const check = await fetch(`${server.address}/api/setup/check`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://127.0.0.1:9' },
    body: JSON.stringify({ token: /=(\S+)/.exec(made.stdout)![1] }),
  })
  t.equal(check.status, 200)
  await server.stop()
  t.notOk(existsSync(join(dataDir, 'setup-link')))
  t.match(server.output.stderr, 'perfbook setup-link')
})
