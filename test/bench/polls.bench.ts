// How many polls a second, against a bare Fastify route that answers the same bytes from memory: `npx node
// test/bench/polls.bench.ts [--seconds 5] [--rounds 3]`. Each server is a process of its own, asked in turns
// by wrk (Debian: apt-get install wrk) over kept connections. Nothing is asserted.
import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import Fastify from 'fastify'
import { makeBookDatabase } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '50' },
    bare: { type: 'string' },
  },
})
const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}
const run = promisify(execFile)

if (values.bare === undefined) await main()
else await serveBare(JSON.parse(values.bare) as { body: string, type: string })

/** The peer: one route, one answer. */
async function serveBare ({ body, type }: { body: string, type: string }): Promise<void> {
  const app = Fastify()
  app.get('/*', (request, reply) => reply.type(type).send(body))
  await app.listen({ host: '127.0.0.1', port: 0 })
  print(`listening on http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
}

async function start (
  args: string[],
  env: Record<string, string>
): Promise<{ address: string, stop: () => Promise<void> }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data') as [string]
  return {
    address: line.trim().split(' ').at(-1)!,
    async stop () {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

/** Answers a second. */
async function ask (url: string, headers: Record<string, string>): Promise<number> {
  const { stdout } = await run('wrk', [
    '-t1',
    `-c${values.connections}`,
    `-d${values.seconds}s`,
    ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    url,
  ])
  if (/Non-2xx/.test(stdout) && headers['if-none-match'] === undefined) throw new Error(stdout)
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)![1])
}

async function main (): Promise<void> {
  if (spawnSync('wrk', ['-v']).error !== undefined) {
    print('skipped: there is no wrk (Debian: apt-get install wrk)')
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-bench-'))
  try {
    await makeBookDatabase(join(folder, 'perfbook.sqlite'), {
      name: 'Course',
      teachers: [{ email: 'teacher@example.edu' }],
      tasks: [{ title: 'Homework', pointsPossible: 10 }],
      students: [{ lastName: 'Student', cells: [0.5] }],
    })
    const token = (await perfbook(folder, ['token', 'create', 'teacher@example.edu'])).stdout.trim()
    for (let i = 0; i < 3; i++) await perfbook(folder, ['export', '1'])
    const service = await start([fileURLToPath(new URL('../../src/main.ts', import.meta.url)), 'serve'], {
      DATA_DIR: folder,
      PORT: '0',
      LOG_LEVEL: 'warn',
      MIN_FREE_BYTES: '0',
    })
    const authorization = `Bearer ${token}`
    const today = new Date().toISOString().slice(0, 10)
    print(`${today}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version};`)
    print(`per second, median of ${values.rounds} rounds of ${values.seconds} s,`)
    print(`${values.connections} connections\n`)
    print('| a poll | bytes | perfbook | bare Fastify | ratio |')
    print('| --- | --: | --: | --: | --: |')
    for (
      const [name, path, isTagged] of [
        ['exports of a course', '/api/courses/1/performance/exports', false],
        ['the same, nothing new (304)', '/api/courses/1/performance/exports', true],
        ['a job', '/api/jobs/1', false],
      ] as const
    ) {
      const first = await fetch(`${service.address}${path}`, { headers: { authorization } })
      const body = await first.text()
      const bare = await start([
        fileURLToPath(import.meta.url),
        '--bare',
        JSON.stringify({ body, type: first.headers.get('content-type') }),
      ], {})
      const headers = { authorization, ...(isTagged ? { 'if-none-match': first.headers.get('etag')! } : {}) }
      const found = { ours: [] as number[], bare: [] as number[] }
      for (let round = 0; round < Number(values.rounds); round++) {
        found.bare.push(await ask(`${bare.address}${path}`, headers))
        found.ours.push(await ask(`${service.address}${path}`, headers))
      }
      await bare.stop()
      const [ours, peer] = [median(found.ours), median(found.bare)]
      print(
        `| ${name} | ${body.length} | ${Math.round(ours).toLocaleString('en')} | ${
          Math.round(peer).toLocaleString('en')
        } | ${(ours / peer).toFixed(2)} |`
      )
    }
    await service.stop()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function median (all: number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!
}
