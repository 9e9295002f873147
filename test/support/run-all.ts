// Runs all tests: on SQLite and the disk, then those that differ on PostgreSQL and an object store. With the
// argument `postgres`, it runs only these; with `coverage`, all on SQLite, with coverage. The last line it
// prints is "N passed, N failed".
//
// Many tests start browsers, nodes and servers, and a busy machine now and then stops one of them for
// seconds. So a file that fails is run once more. It has to pass then, and it is named in the end: a person
// who sees the same name again looks for the race in it.
//
// Most files run in groups, see `together.ts`. With coverage, each has its own process.
//
// All of them use one PostgreSQL and one object store, also in the run on SQLite: some tests name these
// themselves. With coverage, each process starts its own.
//
// Tests of many nodes wait most of the time, for a node that takes over. So they run beside the others, one
// at a time.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engineTests } from './engine-tests.ts'
import { makeTestProgram } from './program.ts'
import type { TestServices } from './services.ts'
import { allTests, GROUP_TIMEOUT_S, groupTests, type Groups } from './together.ts'

interface Run {
  isOk: boolean
  passed: number
  failed: number
}

/** More files than this do not fail by chance. */
const MOST_AGAIN = 4
/** Characters of the output of a file that failed. */
const MOST_SHOWN = 50_000
/** Where tap writes what the files report. */
const REPORTS = '.tap/test-results'
/** For a file that runs without tap's own program, as in .taprc. */
const TIMEOUT_S = '600'
const NODE = [process.execPath, '--disable-warning=ExperimentalWarning']

const ON_POSTGRES = { PERFBOOK_TEST_ENGINE: 'postgres', PERFBOOK_TEST_STORAGE: 's3' }

const [only] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'perfbook-tests-'))
const again: string[] = []
const children = new Set<ChildProcess>()
let isEnding = false
// The services are stopped after the tests.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    isEnding = true
    for (const child of children) child.kill(signal)
  })
}
let services: TestServices | undefined
// Each file is compiled once, not by every process. It would make coverage less exact.
if (only !== 'coverage') process.env.NODE_COMPILE_CACHE ??= join(folder, 'compiled')
try {
  // Reports of an earlier run would look like those of files that did not run.
  rmSync(REPORTS, { recursive: true, force: true })
  // Coverage does not count its code.
  if (only !== 'coverage') {
    await makeTestProgram()
    const { startServices } = await import('./services.ts')
    services = await startServices()
    Object.assign(process.env, services.env)
  }
  const runs = only === 'coverage'
    ? [await runTwice('SQLite and the disk', ['tap', 'run'])]
    : only === 'postgres'
      ? [await runOnPostgres()]
      : (await Promise.all([runMost(), runNodes()])).flat()
  if (again.length > 0) print(`\nFailed at first, passed the second time: ${again.join(', ')}`)
  const sum = (count: (run: Run) => number) => runs.reduce((all, run) => all + count(run), 0)
  print(`\n${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed`)
  process.exitCode = runs.every(({ isOk }) => isOk) ? 0 : 1
} finally {
  await services?.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function runMost (): Promise<Run[]> {
  const first = await runTwice('SQLite and the disk', ['tap', 'run'], groupTests('sqlite', allTests()))
  return [first, await runOnPostgres()]
}

async function runOnPostgres (): Promise<Run> {
  const name = 'PostgreSQL and an object store'
  const missing = services?.missing ?? false
  if (missing !== false) {
    // As a test that needs a program which is not there is skipped.
    print(`# Run: ${name}\nSkipped: ${missing}`)
    return { isOk: true, passed: 0, failed: 0 }
  }
  return await runTwice(name, ['tap', 'run'], groupTests('postgres', engineTests()), ON_POSTGRES)
}

/** Each file is a program. What it prints is shown if it fails. */
async function runNodes (): Promise<Run[]> {
  const runs: Run[] = []
  for (const file of globSync('test/nodes/*.test.ts').sort()) {
    const first = await run(file, [...NODE, file], { isBeside: true })
    const last = first.isOk || runs.filter(({ isOk }) => !isOk).length >= MOST_AGAIN
      ? first
      : await run(`${file}, again`, [...NODE, file], { isBeside: true })
    if (last !== first && last.isOk) again.push(file)
    runs.push(last)
  }
  return runs
}

/** Without `groups`, tap runs all files by itself, with coverage. */
async function runTwice (
  name: string, tap: readonly string[], groups?: Groups, env: Record<string, string> = {}
): Promise<Run> {
  const args = groups === undefined
    ? []
    : ['--disable-coverage', `--timeout=${GROUP_TIMEOUT_S}`, ...groups.files]
  // tap writes the files that failed to this list. If there is a list, it runs what is in it.
  const list = join(folder, name.replaceAll(' ', '-'))
  const files = groups?.files ?? allTests()
  const first = await run(name, [...tap, `--save=${list}`, ...args], { files, env })
  const failed = readList(list)
  if (first.isOk || failed.length === 0 || failed.length > MOST_AGAIN) return first
  // A run that broke off fails, even if the files that it did run pass.
  const unseen = (groups?.files ?? []).filter((file) => !existsSync(reportOf(file)))
  if (unseen.length > 0) {
    print(`Did not run: ${unseen.join(', ')}`)
    return first
  }
  // All files of a group: those after one that timed out or crashed did not run.
  const members = failed.flatMap((file) => groups?.membersOf(file) ?? [file])
  const named = failed.flatMap((file) => groups === undefined ? [file] : failedOf(groups, file))
  const second = await run(
    `${name}, again: ${members.join(', ')}`,
    [...tap, '--jobs=1', '--disable-coverage', ...members],
    { env }
  )
  if (!second.isOk) return { ...first, failed: second.failed }
  again.push(...named)
  return { isOk: true, passed: first.passed + first.failed, failed: 0 }
}

/** The files of a group in which a test failed, as tap's report of it says; all, if it names none. */
function failedOf (groups: Groups, group: string): readonly string[] {
  const report = readText(reportOf(group))
  const members = groups.membersOf(group)
  const named = members.filter((file) => report.includes(`fileName: ${file}`))
  return named.length > 0 ? named : members
}

/**
 * Runs a command and takes tap's counts: `# { total: 9, pass: 8, fail: 1 }`. If tap ends without them, as it
 * may after a failure, they are those of the reports of `files`. What the command prints is shown at once, or
 * with `isBeside` in the end if it fails. `env`: in addition to this process's environment.
 */
async function run (
  name: string,
  [program = '', ...args]: readonly string[],
  { isBeside = false, files = [], env = {} }:
  { isBeside?: boolean, files?: readonly string[], env?: Record<string, string> } = {}
): Promise<Run> {
  if (isEnding) return { isOk: false, passed: 0, failed: 0 }
  if (!isBeside) print(`# Run: ${name}`)
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', isBeside ? 'pipe' : 'inherit'],
    env: { ...process.env, ...env, TAP_TIMEOUT: TIMEOUT_S },
  })
  children.add(child)
  let end = ''
  const read = (chunk: Buffer) => {
    if (!isBeside) process.stdout.write(chunk)
    end = (end + chunk.toString()).slice(-MOST_SHOWN)
  }
  child.stdout?.on('data', read)
  child.stderr?.on('data', read)
  const [code] = await once(child, 'close')
  children.delete(child)
  const counts = end.split('\n').findLast((line) => line.startsWith('# { total: '))
  const count = (word: 'pass' | 'fail') => counts === undefined
    ? files.reduce((sum, file) => sum + reported(file, word), 0)
    : Number(new RegExp(`${word}: (\\d+)`).exec(counts)?.[1] ?? 0)
  const isOk = code === 0
  if (isBeside && !isOk) print(`# Run: ${name}\n${end}`)
  // Coverage below its threshold, or a run that ends early, fails without a test that failed.
  return { isOk, passed: count('pass'), failed: isOk ? 0 : Math.max(1, count('fail')) }
}

/** Where tap writes what a file reports. */
function reportOf (file: string): string {
  return join(REPORTS, `${file}.tap`)
}

function readList (path: string): string[] {
  return readText(path).split('\n').filter((line) => line !== '')
}

/** How many assertions of a file passed or failed, as its report says. A line with a time sums up a test. */
function reported (file: string, word: 'pass' | 'fail'): number {
  const result = word === 'pass'
    ? /^ *ok \d+(?!.* # (?:time=|SKIP|TODO))/gm
    : /^ *not ok \d+(?!.* # (?:time=|TODO))/gm
  return readText(reportOf(file)).match(result)?.length ?? 0
}

/** A file that is not there is empty. */
function readText (path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}
