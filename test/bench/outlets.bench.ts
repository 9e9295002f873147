// Exports in every format, each in a fresh process that reads a database on disk and does all that a job
// does.
//
//   npm run bench:outlets -- [--csv 10000x200] [--pdf 2000x60] [--heap 10000x100]
//     [--memory 2500x100,10000x100] [--rounds 3]
//
// First CSV against the workbook, in turns; then reports as PDF, in one file and in many; then what is in
// use after a full garbage collection while reports are written; then the peak memory of each format at two
// sizes. Memory is flat if it does not grow with the number of students. An empty size leaves a part out.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { FORMAT_NAMES } from '../../src/exports/export-names.ts'
import type { ExportOptionsGiven } from '../../src/exports/export-request.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { benchBook } from './workbook-peers/bench-database.ts'

const { values } = parseArgs({
  options: {
    csv: { type: 'string', default: '10000x200' },
    pdf: { type: 'string', default: '2000x60' },
    heap: { type: 'string', default: '10000x100' },
    memory: { type: 'string', default: '2500x100,10000x100' },
    rounds: { type: 'string', default: '3' },
  },
})

interface Measures { ms: number, peakKb: number, bytes: number, retained: number[] }

const folder = mkdtempSync(join(tmpdir(), 'outlets-bench-'))
const script = join(import.meta.dirname, 'outlets/write-outlet.ts')
const databases = new Map<string, string>()
const print = (text: string): void => { process.stdout.write(text + '\n') }
const load = (): string => loadavg()[0]?.toFixed(1) ?? ''
try {
  print(`${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ` +
    `Node ${process.version}, load ${load()}\n`)
  if (values.csv !== '') await compareCsv(values.csv)
  if (values.pdf !== '') await printPdf(values.pdf)
  if (values.heap !== '') await printHeap(values.heap)
  if (values.memory !== '') await compareMemory(values.memory.split(','))
  print(`\nload ${load()}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The rounds are in turns, so that both meet the same load of the machine. */
async function compareCsv (size: string): Promise<void> {
  const database = await databaseOf(size)
  const rounds = Array.from({ length: Number(values.rounds) }, () => ({
    xlsx: run(size, database, {}), csv: run(size, database, { format: 'csv' }),
  }))
  print(`| ${size} | s | file, MB | memory, MB |\n| --- | --: | --: | --: |`)
  for (const format of ['xlsx', 'csv'] as const) {
    const one = middle(rounds.map((round) => round[format]), ({ ms }) => ms)
    print(`| ${format} | ${seconds(one)} | ${megabytes(one.bytes)} | ${Math.round(one.peakKb / 1024)} |`)
  }
  const ratio = middle(rounds.map(({ xlsx, csv }) => csv.ms / xlsx.ms), (one) => one)
  print(`\nCSV takes ${ratio.toFixed(2)} of the workbook's time (load ${load()}).\n`)
}

async function printPdf (size: string): Promise<void> {
  for (const split of [false, true]) {
    const one = run(size, await databaseOf(size), { format: 'pdf', split })
    print(`PDF, ${size}${split ? ', a file for each student' : ''}: ${seconds(one)} s, ` +
      `${megabytes(one.bytes)} MB, ${Math.round(one.peakKb / 1024)} MB of memory (load ${load()})\n`)
  }
}

/** Most of the peak is garbage, so it does not say what a student costs. */
async function printHeap (size: string): Promise<void> {
  const { retained } = run(size, await databaseOf(size), { format: 'pdf' }, ['--expose-gc'])
  const [quarter = NaN, all = NaN] = retained
  const perStudent = (all - quarter) / (Number.parseInt(size) * 0.75)
  print(`PDF, ${size}, in use after garbage collection: ${megabytes(quarter)} MB at a quarter of the ` +
    `students, ${megabytes(all)} MB at the end: ${(perStudent / 1000).toFixed(2)} kB for each student\n`)
}

async function compareMemory (sizes: string[]): Promise<void> {
  const heads = sizes.map((size) => `${size}, s | MB of file | memory, MB`).join(' | ')
  print(`| format | ${heads} |\n| --- |${' --: | --: | --: |'.repeat(sizes.length)}`)
  for (const format of FORMAT_NAMES) {
    const cells: string[] = []
    for (const size of sizes) {
      const one = run(size, await databaseOf(size), { format })
      cells.push(seconds(one), megabytes(one.bytes), String(Math.round(one.peakKb / 1024)))
    }
    print(`| ${format} | ${cells.join(' | ')} |`)
  }
}

/** A course with ids of OneRoster, so that every format is possible. */
async function databaseOf (size: string): Promise<string> {
  const known = databases.get(size)
  if (known !== undefined) return known
  const file = join(folder, `${size}.sqlite`)
  const [students = 0, tasks = 0] = size.split('x').map(Number)
  await makeBookDatabase(file, { ...benchBook(students, tasks), periods: ['1st'] })
  const db = await openDatabase(sqliteFile(file))
  await db.write(async (trx) => {
    await trx.updateTable('courses').set({ grouping: '["c1",null,[]]' }).execute()
    await trx.insertInto('roster_records').values({
      kind: 'class', source_id: 'p0', parent: null, other: null, body: '["1st",[]]',
    }).execute()
    // Only students of the roster are in its files.
    await sql`INSERT INTO roster_records (kind, source_id, body) SELECT 'user', source_id, '[]' FROM students`
      .execute(trx)
  })
  await db.close()
  databases.set(size, file)
  return file
}

function run (
  size: string, database: string, options: ExportOptionsGiven, flags: string[] = []
): Measures {
  const out = join(folder, 'out')
  const child = spawnSync(process.execPath, [
    '--disable-warning=ExperimentalWarning', ...flags, script, database, out, JSON.stringify(options),
  ], { encoding: 'utf8' })
  if (child.status !== 0) throw new Error(`${options.format ?? 'xlsx'}, ${size}: ${child.stderr}`)
  return JSON.parse(child.stdout) as Measures
}

function middle<T> (all: T[], by: (one: T) => number): T {
  const found = all.toSorted((a, b) => by(a) - by(b))[Math.floor(all.length / 2)]
  if (found === undefined) throw new Error('there is no round')
  return found
}

function seconds ({ ms }: Measures): string { return (ms / 1000).toFixed(2) }
function megabytes (bytes: number): string { return (bytes / 1e6).toFixed(1) }
