// What the file subsystem costs: `npx node test/bench/files.bench.ts [list] [download] [refusals]`, all three
// by default. Times are medians; nothing is asserted. The download is compared with nginx in the same run,
// the two taking turns.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import type { FileRow } from '../../src/files/file-library.ts'
import { createServices, type Services } from '../../src/services.ts'
import { makeBookDatabase } from '../support/book-database.ts'

const run = promisify(execFile)
const QUIET = { info () {}, warn () {}, error () {} }
const FILES = 10_000
const DOWNLOAD_BYTES = 100_000_000
const NGINX = '/usr/sbin/nginx'

const print = (line: string) => {
  process.stdout.write(`${line}\n`)
}
const median = (all: number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!
const undo: Array<() => unknown> = []

function newFolder (): string {
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-bench-'))
  undo.push(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

async function openServices (folder: string): Promise<Services> {
  await makeBookDatabase(join(folder, 'perfbook.sqlite'), {
    name: 'Physics I',
    students: [{ lastName: 'Ames' }],
  })
  return await createServices({
    config: readConfig({
      DATA_DIR: folder,
      MIN_FREE_BYTES: '0',
      OVERLOAD_DELAY_MS: '0',
      OWNER_QUOTA_BYTES: '1000000000000',
      TOTAL_QUOTA_BYTES: '1000000000000',
    }),
    log: QUIET,
  })
}

async function store (services: Services, content: Readable, filename: string): Promise<FileRow> {
  return await services.files.store(content, {
    owner: { type: 'course', id: 1 },
    category: 'teacher-performance',
    filename,
    contentType: 'application/octet-stream',
    createdBy: 'Tea Cher',
    expiresAt: null,
  })
}

/** Ms of each of `times` calls, after some to warm up. */
async function timed (times: number, call: () => Promise<unknown>): Promise<number> {
  const took: number[] = []
  for (let i = 0; i < times + 5; i++) {
    const start = performance.now()
    await call()
    if (i >= 5) took.push(performance.now() - start)
  }
  return median(took)
}

async function list (): Promise<void> {
  const folder = newFolder()
  const services = await openServices(folder)
  const { server } = await createApp(services, false)
  const { id: _, ...row } = await store(services, Readable.from([Buffer.from('x')]), 'first.txt')
  await services.db.write(async (trx) => {
    for (let i = 0; i < FILES; i++) {
      const file = await trx.insertInto('files').values({
        ...row,
        hex: randomBytes(16).toString('hex'),
        filename: `Physics_I_Performance_20150430-19${i}.xlsx`,
        created_at: row.created_at + i,
      }).returning('id').executeTakeFirstOrThrow()
      await trx.insertInto('exports').values({
        course_id: 1,
        file_id: file.id,
        job_id: null,
        options: '{}',
        data_version: 1,
        current_until: null,
      }).execute()
    }
  })
  await services.accounts.add({ email: 'admin@example.edu', role: 'admin' })
  const authorization = `Bearer ${await services.accounts.createToken({
    email: 'admin@example.edu',
    name: 'bench',
  })}`
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true })
  const owner = { type: 'course', id: 1 }
  const http = (path: string, headers: Record<string, string> = {}) => async () => {
    const [response] = await once(
      get({ agent, host: '127.0.0.1', port, path, headers: { authorization, ...headers } }),
      'response'
    ) as [Readable & { headers: Record<string, string>, statusCode: number }]
    // A refusal is fast too, and would count as a good time.
    if (![200, 304].includes(response.statusCode)) throw new Error(`${path}: ${response.statusCode}`)
    let size = 0
    for await (const chunk of response) size += (chunk as Buffer).length
    return { size, etag: response.headers.etag ?? '', status: response.statusCode }
  }
  print(`\n${FILES} files of one owner, ms (median of 30)`)
  for (
    const [name, call] of [
      ['info, newest 100', () => services.files.info({ owner, limit: 100 })],
      ['info, newest 100 of a category', () =>
        services.files.info({ owner, category: 'teacher-performance', limit: 100 })],
      ['info, oldest 100', () =>
        services.files.info({ owner, limit: 100, before: 102 })],
      ['info, newest 1,000 (the default page)', () => services.files.info({ owner })],
      ['info, all at once', () => services.files.info({ owner, limit: FILES })],
      ['quota, of the owner and in all', () => services.files.checkQuota(owner)],
      ['GET /api/courses/1/files (100)', http('/api/courses/1/files')],
      ['GET /api/courses/1/files?limit=1000', http('/api/courses/1/files?limit=1000')],
      ['GET …/performance/exports (all)', http('/api/courses/1/performance/exports')],
      [
        'the same, If-None-Match: 304',
        http('/api/courses/1/performance/exports', {
          'if-none-match': (await http('/api/courses/1/performance/exports')()).etag,
        }),
      ],
    ] as const
  ) print(`  ${(await timed(30, call)).toFixed(2).padStart(8)}  ${name}`)
  agent.destroy()
  await server.close()
  await services.close(0)
}

/** A process that serves; its address once it answers. */
async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function startPerfbook (folder: string): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), 'serve'], {
    env: { PATH: process.env.PATH, DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'error', MIN_FREE_BYTES: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  undo.push(() => stop(child))
  const [text] = await once(child.stdout, 'data') as [Buffer]
  return /listening on (\S+)/.exec(text.toString())![1]!
}

async function startNginx (folder: string): Promise<string> {
  const port = await freePort()
  const own = newFolder()
  writeFileSync(
    join(own, 'nginx.conf'),
    `
    daemon off; user root; worker_processes 1; pid ${own}/pid; error_log ${own}/error.log;
    events { worker_connections 64; }
    http { access_log off; sendfile on; tcp_nopush on; default_type application/octet-stream;
      client_body_temp_path ${own}; proxy_temp_path ${own}; fastcgi_temp_path ${own};
      uwsgi_temp_path ${own}; scgi_temp_path ${own};
      server { listen 127.0.0.1:${port}; location /files/ { alias ${folder}/files/; } } }`
  )
  const child = spawn(NGINX, ['-c', join(own, 'nginx.conf')], { stdio: 'inherit' })
  undo.push(() => stop(child))
  const address = `http://127.0.0.1:${port}`
  for (;;) {
    try {
      await fetch(address)
      return address
    } catch { /* until it listens */ }
  }
}

async function stop (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

async function download (): Promise<void> {
  if (!existsSync(NGINX)) {
    print(`\ndownload: skipped, there is no ${NGINX} (Debian: apt-get install nginx-light)`)
    return
  }
  const folder = newFolder()
  const services = await openServices(folder)
  const part = randomBytes(1_000_000)
  const file = await store(
    services,
    Readable.from((function * () {
      for (let i = 0; i < DOWNLOAD_BYTES; i += part.length) yield part
    })()),
    'large.bin'
  )
  await services.close(0)
  const path = `/files/${file.hex}/${file.filename}`
  const servers = {
    nginx: `${await startNginx(folder)}${path}`,
    perfbook: `${await startPerfbook(folder)}${path}`,
  }
  for (const url of Object.values(servers)) {
    const hash = createHash('sha256')
    for await (const chunk of (await fetch(url)).body!) hash.update(chunk)
    if (hash.digest('hex') !== file.sha256) throw new Error(`${url} sends other bytes`)
  }
  print(`\n${DOWNLOAD_BYTES / 1e6} MB over 127.0.0.1 to curl, MB/s (median, least and most of 15;`)
  print(`the two take turns; file in memory; ${availableParallelism()} cores)`)
  for (
    const [name, extra] of [['whole', []], ['from byte 1 on (Range)', ['-H', 'Range: bytes=1-']]] as const
  ) {
    const rates: Record<string, number[]> = { nginx: [], perfbook: [] }
    for (let i = 0; i < 17; i++) {
      for (const [server, url] of Object.entries(servers)) {
        const { stdout } = await run('curl', [
          '-sf',
          '-o',
          '/dev/null',
          '-w',
          '%{speed_download}',
          ...extra,
          url,
        ])
        if (i >= 2) rates[server]!.push(Number(stdout) / 1e6)
      }
    }
    for (const [server, all] of Object.entries(rates)) {
      print(
        `  ${server.padEnd(9)} ${median(all).toFixed(0).padStart(6)}  (${Math.min(...all).toFixed(0)} to ${
          Math.max(...all).toFixed(0)
        })  ${name}`
      )
    }
    print(`  ratio     ${(median(rates.perfbook!) / median(rates.nginx!)).toFixed(2).padStart(6)}`)
  }
}

async function refusals (): Promise<void> {
  const folder = newFolder()
  const services = await openServices(folder)
  const { server } = await createApp(services, false)
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true })
  const file = await store(services, Readable.from([Buffer.from('x')]), 'a.txt')
  const lost = await store(services, Readable.from([Buffer.from('x')]), 'lost.txt')
  rmSync(join(folder, 'files', lost.hex, 'lost.txt'))
  mkdirSync(join(folder, 'files', 'f'.repeat(32)))
  writeFileSync(join(folder, 'files', 'f'.repeat(32), 'unknown.txt'), 'x')
  const ask = async (path: string) => {
    const [response] = await once(get({ agent, host: '127.0.0.1', port, path }), 'response') as [
      Readable & { statusCode: number }
    ]
    let body = ''
    for await (const chunk of response) body += String(chunk)
    return `${response.statusCode} ${body}`
  }
  print('\nwhat is not there: µs (median of 400), and the answer')
  const answers = new Set<string>()
  for (
    const [name, path] of [
      ['a wrong hex', `/files/${'0'.repeat(32)}/a.txt`],
      ['a wrong name', `/files/${file.hex}/b.txt`],
      ['a row whose bytes are lost', `/files/${lost.hex}/lost.txt`],
      ['bytes that no row knows', `/files/${'f'.repeat(32)}/unknown.txt`],
      ['no hex at all', '/files/etc/passwd'],
      ['a listing', `/files/${file.hex}/`],
      ['a path that climbs', '/files/../../etc/passwd'],
      ['an encoded slash', `/files/${file.hex}%2fa.txt`],
      ['broken percent-encoding', '/files/%zz/a'],
    ] as const
  ) {
    const answer = await ask(path)
    answers.add(answer)
    print(
      `  ${((await timed(400, () => ask(path))) * 1000).toFixed(0).padStart(6)}  ${name.padEnd(28)} ${
        answer.slice(0, 60)
      }`
    )
  }
  print(`  ${answers.size} different answer${answers.size === 1 ? '' : 's'}`)
  agent.destroy()
  await server.close()
  await services.close(0)
}

const parts = { list, download, refusals }
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts)
try {
  for (const name of wanted) await parts[name as keyof typeof parts]()
} finally {
  for (const step of undo.reverse()) await step()
}
