// docs/deploy/nginx.conf in the real nginx and docs/deploy/Caddyfile in the real Caddy, before the real
// service; and what can be said of the systemd unit without being root.
import { spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { connect } from '../db/sqlite/connection.ts'
import { makeBookDatabase } from './support/book-database.ts'
import { perfbook } from './support/cli.ts'
import { freePort } from './support/free-port.ts'
import { startServer } from './support/server-process.ts'
import { testFolder } from './support/test-folder.ts'
import { findCaddy, findNginx, findSystemdAnalyze, needs, pathOf, type Tool } from './support/tools.ts'

const DEPLOY = join(import.meta.dirname, '../docs/deploy')
const PASSWORD = 'correct horse battery staple'
const MEGABYTES = 20

/** A proxy on that port, before `upstream`; returns its program with arguments. */
type Site = (folder: string, port: number, upstream: string) => [tool: Tool, ...args: string[]]

/** The site as it is documented, but for the ports, and without TLS. */
const nginxSite: Site = (folder, port, upstream) => {
  const site = readFileSync(join(DEPLOY, 'nginx.conf'), 'utf8')
    .replace('listen 443 ssl', `listen 127.0.0.1:${port}`).replace(/^ *ssl_certificate.*\n/gm, '').replace(
      'server 127.0.0.1:3000',
      `server ${upstream}`
    )
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) =>
    `${name}_temp_path ${folder}/${name};`
  ).join(' ')
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off; pid ${folder}/pid; error_log stderr warn; events {}
http { access_log off; ${temporary}\n${site}\n}\n`
  )
  return [findNginx(), '-p', folder, '-e', 'stderr', '-c', file]
}

/** The same. */
const caddySite: Site = (folder, port, upstream) => {
  const site = readFileSync(join(DEPLOY, 'Caddyfile'), 'utf8').replace(
    'school.example {',
    `http://127.0.0.1:${port} {`
  ).replace('127.0.0.1:3000', upstream)
  const file = join(folder, 'Caddyfile')
  writeFileSync(file, `{\n\tadmin off\n\tlog {\n\t\tlevel ERROR\n\t}\n}\n${site}`)
  return [findCaddy(), 'run', '--config', file, '--adapter', 'caddyfile']
}

async function startProxy (
  t: Test,
  folder: string,
  site: Site,
  port: number,
  upstream: string
): Promise<void> {
  mkdirSync(folder)
  const [tool, ...args] = site(folder, port, upstream)
  const proxy = spawn(pathOf(tool), args, {
    env: { PATH: process.env.PATH, HOME: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  let isOver = false
  const over = once(proxy, 'exit').then(() => {
    isOver = true
  })
  t.teardown(async () => {
    proxy.kill('SIGTERM')
    await over
  })
  for (;;) {
    if (isOver) throw new Error(`${tool.name} ended at once`)
    try {
      await fetch(`http://127.0.0.1:${port}/`)
      return
    } catch { /* it does not listen yet */ }
  }
}

for (const [tool, site] of [[findNginx(), nginxSite], [findCaddy(), caddySite]] as const) {
  t.test(
    `behind ${tool.name}, under a path of a host`,
    needs(tool),
    (t) => behind(t, site)
  )
}

async function behind (t: Test, site: Site): Promise<void> {
  const root = testFolder(t)
  const folder = join(root, 'data')
  await makeBookDatabase(join(folder, 'perfbook.sqlite'), {
    name: 'Physics',
    tasks: [{ title: 'HW 1' }],
    students: [{ lastName: 'Ames', cells: [0.7] }],
  })
  await perfbook(folder, ['user', 'add', 'admin@example.edu', '--role', 'admin', '--password-stdin'], {
    stdin: `${PASSWORD}\n`,
  })
  const token = (await perfbook(folder, ['token', 'create', 'admin@example.edu'])).stdout.trim()
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const server = await startServer(t, folder, {
    PUBLIC_URL: `${origin}/perfbook`,
    TRUST_PROXY: '127.0.0.1',
    METRICS_TOKEN: 'scrape',
  })
  await startProxy(t, join(root, 'proxy'), site, port, new URL(server.address).host)
  const call = (
    method: string,
    path: string,
    options: { headers?: Record<string, string>, body?: string | FormData } = {}
  ) =>
    fetch(`${origin}${path}`, {
      method,
      redirect: 'manual',
      ...options,
      headers: { authorization: `Bearer ${token}`, ...options.headers },
    })

  t.equal((await call('GET', '/perfbook/healthz')).status, 200)
  t.match(await (await call('GET', '/perfbook/')).text(), /<html/)
  t.equal((await call('GET', '/perfbook')).status, 308)
  t.equal((await call('GET', '/perfbook/metrics')).status, 404, 'not for the outside')
  t.equal(
    (await fetch(`${server.address}/metrics`, { headers: { authorization: 'Bearer scrape' } })).status,
    200
  )
  t.equal((await call('GET', '/elsewhere')).status, 404)

  // The job cannot end while the test holds the write lock, so what is heard of it until then has not waited
  // in the proxy.
  const sqlite = connect(join(folder, 'perfbook.sqlite'), { busyTimeoutMs: 10_000 })
  t.teardown(() => {
    sqlite.close()
  })
  const asked = await call('POST', '/perfbook/api/courses/1/performance/export')
  sqlite.exec('BEGIN IMMEDIATE')
  t.equal(asked.status, 202)
  const job = asked.headers.get('location')!
  t.match(job, /^\/perfbook\/api\/jobs\/\d+$/)
  const events = await call('GET', `${job}/events`)
  t.match(events.headers.get('content-type'), /^text\/event-stream/)
  const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader()
  t.match((await reader.read()).value, /^id: (queued|started)\ndata: \{/, 'at once')
  sqlite.exec('COMMIT')
  let received = ''
  for (let part = await reader.read(); !part.done; part = await reader.read()) received += part.value
  t.match(received, /"status":"succeeded"/)

  const [made] = await (await call('GET', '/perfbook/api/courses/1/performance/exports')).json() as Array<
    { url: string, size: number }
  >
  t.ok(made!.url.startsWith(`${origin}/perfbook/files/`))
  const file = Buffer.from(await (await fetch(made!.url)).arrayBuffer())
  t.equal(file.length, made!.size)
  const part = await fetch(made!.url, { headers: { range: 'bytes=10-19' } })
  t.strictSame([part.status, Buffer.from(await part.arrayBuffer())], [206, file.subarray(10, 20)])

  const large = randomBytes(MEGABYTES * 2 ** 20)
  large.write('%PDF-1.7')
  const form = new FormData()
  form.append('category', 'slides')
  form.append('file', new Blob([large], { type: 'application/pdf' }), 'large.pdf')
  const uploaded = await call('POST', '/perfbook/api/courses/1/files', { body: form })
  t.equal(uploaded.status, 201)
  const { url } = await uploaded.json() as { url: string }
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
  t.equal(
    hash(new Uint8Array(await (await fetch(url)).arrayBuffer())),
    hash(large),
    `${MEGABYTES} MB there and back`
  )

  const signIn = (headers: Record<string, string>) =>
    fetch(`${origin}/perfbook/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ email: 'admin@example.edu', password: PASSWORD }),
    })
  const session = await signIn({ origin, 'x-forwarded-for': '9.9.9.9' })
  t.equal(session.status, 200)
  t.match(session.headers.get('set-cookie'), /Path=\/perfbook/)
  t.equal(
    (await signIn({
      origin: 'https://evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    })).status,
    403,
    'a forged host is not believed'
  )
  const { entries } = await (await call('GET', '/perfbook/api/audit?action=session.begin')).json() as {
    entries: Array<{ address: string }>,
  }
  t.strictSame(entries.at(-1)!.address, '127.0.0.1', 'nor a forged address')
  server.kill('SIGTERM')
  await server.ended
}

t.test('the systemd units are valid', needs(findSystemdAnalyze()), async (t) => {
  const folder = t.testdir()
  for (const [name, instance] of [
    ['perfbook.service', 'perfbook.service'],
    ['perfbook@.service', 'perfbook@web.service'],
  ] as const) {
    // The program is not installed here.
    writeFileSync(
      join(folder, name),
      readFileSync(join(DEPLOY, name), 'utf8').replace('/opt/perfbook/node_modules/.bin/node', '/bin/true')
    )
    const args = ['verify', join(folder, instance)]
    const { status, stderr } = spawnSync(pathOf(findSystemdAnalyze()), args, { encoding: 'utf8' })
    t.strictSame([status, stderr], [0, ''], name)
  }
})

t.test('the examples name paths and settings that exist', async (t) => {
  const settings = readFileSync(join(DEPLOY, '../configuration.md'), 'utf8')
  for (const name of readdirSync(DEPLOY)) {
    if (/\.json$|\.yml$|^Containerfile$/.test(name)) continue
    const text = readFileSync(join(DEPLOY, name), 'utf8')
    for (const [, setting] of text.matchAll(/\b([A-Z]{3,}_[A-Z_]+)\b(?!=-)/g)) {
      if (['NODE_ENV', 'AF_INET', 'AF_UNIX'].includes(setting!) || setting!.startsWith('AWS_')) continue
      t.ok(settings.includes(`| \`${setting!}\` |`), `${name}: ${setting!}`)
    }
  }
})
