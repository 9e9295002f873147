// The single binary, built here, does the whole of its work from an empty folder, with an empty environment:
// no Node, no checkout.
import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { buildBinary } from '../../tools/binary/build-binary.ts'
import { VERSION } from '../../src/version.ts'
import { unzippedNames } from '../crash/zip-names.ts'

interface Job {
  id: number
  status: string
}

const folder = t.testdir()
const binary = join(folder, 'perfbook')
const home = join(folder, 'home')
mkdirSync(home)

/** No PATH, no HOME: nothing but where to unpack, and no refusals on a busy machine. */
const env = { CACHE_DIR: join(folder, 'cache'), OVERLOAD_DELAY_MS: '0' }

function run (args: string[], extra: Record<string, string> = {}): SpawnSyncReturns<string> {
  return spawnSync(binary, args, {
    cwd: home,
    env: { ...env, ...extra },
    encoding: 'utf8',
    maxBuffer: 10_000_000,
  })
}

/** Runs it and wants it to succeed; what it prints. */
function say (...args: string[]): string {
  const { status, stdout, stderr } = run(args)
  if (status !== 0) throw new Error(`perfbook ${args.join(' ')} ended with ${status}: ${stderr}`)
  return stdout.trim()
}

async function serve (
  t: Test
): Promise<{ address: string, kill: (signal: NodeJS.Signals) => Promise<number | null> }> {
  const child = spawn(binary, ['serve', '--port', '0', '--log-level', 'warn', '--min-free-bytes', '0'], {
    cwd: home,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close') as Promise<[number | null]>
  t.teardown(async () => {
    child.kill('SIGKILL')
    await closed
  })
  const [line] = await Promise.race([
    once(child.stdout.setEncoding('utf8'), 'data') as Promise<[string]>,
    closed.then(() => {
      throw new Error('it ended at once')
    }),
  ])
  return {
    address: /^listening on (\S+)\n/.exec(line)![1]!,
    async kill (signal) {
      child.kill(signal)
      const [status] = await closed
      return status
    },
  }
}

t.before(async () => {
  await buildBinary(binary)
})

t.test('the whole story', async (t) => {
  t.equal(say('--version'), VERSION)
  say('generate', '-o', 'school.zip', '--students', '1500', '--tasks', '100', '--periods', '2')
  const counts = JSON.parse(say('import', 'school.zip', '--json')) as { students: { added: number } }
  t.equal(counts.students.added, 1500)
  const courseIds = () => (JSON.parse(say('courses', '--json')) as Array<{ id: number }>).map(({ id }) => id)
  const courseId = courseIds()[0]!
  t.match(
    run(['user', 'add', 'ada@school.example', '--role', 'admin', '--password-stdin']).stderr,
    /password/i,
    'an error as from the checkout'
  )
  const added = spawnSync(binary, [
    'user',
    'add',
    'ada@school.example',
    '--role',
    'admin',
    '--password-stdin',
  ], { cwd: home, env, input: 'correct horse battery\n', encoding: 'utf8' })
  t.equal(added.status, 0, added.stderr)
  const authorization = `Bearer ${say('token', 'create', 'ada@school.example')}`
  const stored = say('export', String(courseId), '--sheets', 'period')
  t.ok(existsSync(stored), 'exported by the command line')
  // A PDF with a page for each of 1,500 students would take most of the test.
  say('import', join(import.meta.dirname, '../../data/sample/physics-1.json'))
  const classId = courseIds().find((id) => id !== courseId)!
  for (const [format, start] of [
    ['csv', '\u{feff}Last name,'], ['canvas', 'Student,ID,'], ['moodle', 'idnumber,email,'],
    ['brightspace', 'OrgDefinedId,Username,'], ['pdf', '%PDF-1.7'],
  ] as const) {
    const file = say('export', String(classId), '--format', format, '-o', join(home, `out.${format}`))
    const bytes = readFileSync(file)
    rmSync(file)
    t.ok(bytes.toString().startsWith(start), format)
    if (format === 'pdf') t.ok(bytes.includes('+DejaVuSans-Bold'), 'with the fonts that are in it')
  }

  const first = await serve(t)
  const api = (address: string) => `${address}/api/courses/${courseId}/performance`
  const response = await fetch(`${api(first.address)}/export`, { method: 'POST', headers: { authorization } })
  t.equal(response.status, 202)
  const job = await response.json() as Job
  const started = await followed(first.address, authorization, job.id, (one) => one.status !== 'queued')
  t.equal(started.status, 'started', 'killed while it runs')
  await first.kill('SIGKILL')

  const second = await serve(t)
  const ended = await followed(
    second.address,
    authorization,
    job.id,
    (one) => one.status === 'succeeded' || one.status === 'failed'
  )
  t.equal(ended.status, 'succeeded', 'after a kill the job is done by the next start')
  const download = await fetch(`${api(second.address)}/exports/latest`, { headers: { authorization } })
  t.equal(download.status, 200)
  const names = await unzippedNames(Buffer.from(await download.arrayBuffer()))
  t.ok(
    names.includes('xl/workbook.xml') && names.includes('xl/worksheets/sheet1.xml'),
    'a workbook with its sheets'
  )

  await t.test('the files next to the code are served', async (t) => {
    const page = await (await fetch(`${second.address}/`)).text()
    const script = /assets\/page-[^"]+\.js/.exec(page)![0]
    t.match((await fetch(`${second.address}/${script}`)).headers.get('content-type'), 'javascript')
    t.match(await (await fetch(`${second.address}/api/docs`)).text(), 'Perfbook API')
    t.equal((await fetch(`${second.address}/api/docs/style.css`)).status, 200)
    const openapi = await (await fetch(`${second.address}/api/openapi.json`)).json() as {
      info: { version: string },
    }
    t.equal(openapi.info.version, VERSION)
    const upload = new FormData()
    upload.set('file', new Blob([readFileSync(join(home, 'school.zip'))]), 'school.zip')
    const imported = await fetch(`${second.address}/api/imports`, {
      method: 'POST',
      headers: { authorization },
      body: upload,
    })
    t.equal(imported.status, 202, 'an upload')
    const importJob = await followed(
      second.address,
      authorization,
      (await imported.json() as Job).id,
      (one) => one.status === 'succeeded' || one.status === 'failed'
    )
    t.equal(importJob.status, 'succeeded', 'imported in a thread')
  })

  await t.test('permissions of the program folder', async (t) => {
    t.match(say('doctor'), second.address, 'finds the service')
    say('backup', 'backups')
    t.match(
      await (await fetch(`${second.address}/metrics`, { headers: { authorization } })).text(),
      'perfbook_exports_made_total 1'
    )
    t.equal(await second.kill('SIGTERM'), 0, 'it stops when it is asked to')
    say('restore', 'backups', '--data-dir', 'restored')
    const exportsOf = (dataDir: string) => run(['file', 'list', '--json'], { DATA_DIR: dataDir }).stdout
    t.match(JSON.parse(exportsOf('data')), [{}, {}])
    t.equal(exportsOf('restored'), exportsOf('data'))
    t.match(run(['file', 'verify'], { DATA_DIR: 'restored' }), { status: 0 })
    t.match(run(['doctor', '--deep'], { DATA_DIR: 'restored' }), { status: 0 })
  })
  t.match(say('job', 'list'), 'succeeded')
  t.strictSame(
    readdirSync(home).sort(),
    ['backups', 'data', 'restored', 'school.zip'],
    'it leaves nothing else'
  )
})

t.test('the demo has its sample', async (t) => {
  const child = spawn(binary, ['demo', '--port', '0'], {
    cwd: home,
    env: { ...env, DATA_DIR: join(folder, 'demo') },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  t.teardown(() => {
    child.kill('SIGKILL')
  })
  let text = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    text += String(chunk)
    if (text.includes('Ctrl-C stops it.')) child.kill('SIGTERM')
  }
  t.match(text, /export +http:\/\/127\.0\.0\.1:\d+\/files\/[0-9a-f]+\/Physics/)
})

t.test('the licenses of all that is in it', async (t) => {
  const text = say('licenses')
  for (
    const part of [
      'Perfbook (MIT)',
      'Node.js is licensed',
      'Open University Learning Analytics',
      'better-sqlite3 ',
      'fastify ',
      'piscina ',
      'preact ',
      'pdfkit ',
      'bidi-js ',
      'dejavu-fonts-ttf ',
      'Fonts are (c) Bitstream',
      '@zxcvbn-ts/language-common ',
    ]
  ) t.match(text, part)
})

t.test('a file that was changed is restored, and a folder of another user is not used', async (t) => {
  const cache = join(folder, 'cache')
  const program = join(cache, readdirSync(cache)[0]!)
  t.equal(statSync(program).mode & 0o777, 0o700, 'for its owner only')
  const main = join(program, 'src/main.js')
  const text = readFileSync(main, 'utf8')
  appendFileSync(main, 'throw new Error("changed")\n')
  t.equal(say('--version'), VERSION)
  t.equal(readFileSync(main, 'utf8'), text)
  t.strictSame(readdirSync(cache), [readdirSync(cache)[0]], 'nothing else stays')

  mkdirSync(join(folder, 'open'), { mode: 0o777 })
  spawnSync('/bin/chmod', ['777', join(folder, 'open')])
  const refused = run(['--version', '--cache-dir', join(folder, 'open')])
  t.equal(refused.status, 1)
  t.match(refused.stderr, /others may write to it.*--cache-dir/s)
})

t.test('starts at the same time do not disturb each other', async (t) => {
  const children = Array.from(
    { length: 4 },
    () =>
      spawn(binary, ['courses', '--cache-dir', join(folder, 'race')], {
        cwd: home,
        env: {},
        stdio: 'ignore',
      })
  )
  const ended = await Promise.all(children.map((child) => once(child, 'close')))
  t.strictSame(ended.map(([status]) => status as number), [0, 0, 0, 0])
  t.equal(readdirSync(join(folder, 'race')).length, 1)
})

t.test('without a folder that can be used it says what to do', async (t) => {
  writeFileSync(join(folder, 'a-file'), '')
  const { status, stderr } = run(['courses', '--cache-dir', join(folder, 'a-file', 'cache')])
  t.equal(status, 1)
  t.match(stderr, /cannot unpack itself.*a-file.*--cache-dir FOLDER or CACHE_DIR/s)
})

/** Follows a job's events until one will do. */
async function followed (
  address: string,
  authorization: string,
  jobId: number,
  will: (job: Job) => boolean
): Promise<Job> {
  const response = await fetch(`${address}/api/jobs/${jobId}/events`, { headers: { authorization } })
  let text = ''
  for await (const chunk of response.body!) {
    text += Buffer.from(chunk).toString()
    const jobs = Array.from(text.matchAll(/^data: (\{.*\})$/gm), (match) => JSON.parse(match[1]!) as Job)
    const found = jobs.find(will)
    if (found !== undefined) return found
  }
  throw new Error(`the events of job ${jobId} ended: ${text}`)
}
