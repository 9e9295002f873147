// Exports in every format, each in a fresh process that reads a database on disk and does all that a job
// does.
//
//   npm run bench:outlets -- [--csv 10000x200] [--pdf 2000x60] [--memory 2500x100,10000x100] [--rounds 3]
//
// First CSV against the workbook, in turns; then reports as PDF; then the peak memory of each format at two
// sizes. Memory is flat if it does not grow with the number of students.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { FORMAT_NAMES, type ExportOptionsGiven } from '../../src/exports/export-options.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { benchBook } from './workbook-peers/bench-database.ts'

const { values } = parseArgs({
  options: {
    csv: { type: 'string', default: '10000x200' },
    pdf: { type: 'string', default: '2000x60' },
    memory: { type: 'string', default: '2500x100,10000x100' },
    rounds: { type: 'string', default: '3' },
  },
})

interface Measures { ms: number, peakKb: number, bytes: number }

const folder = mkdtempSync(join(tmpdir(), 'outlets-bench-'))
const script = join(import.meta.dirname, 'outlets/write-outlet.ts')
const databases = new Map<string, string>()
const print = (text: string): void => { process.stdout.write(text + '\n') }
const load = (): string => loadavg()[0]?.toFixed(1) ?? ''
try {
  print(`${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ` +
    `Node ${process.version}, load ${load()}\n`)
  await compareCsv(values.csv)
  const pdf = run(values.pdf, await databaseOf(values.pdf), { format: 'pdf' })
  print(`PDF, ${values.pdf}: ${seconds(pdf)} s, ${megabytes(pdf.bytes)} MB, ` +
    `${Math.round(pdf.peakKb / 1024)} MB of memory (load ${load()})\n`)
  await compareMemory(values.memory.split(','))
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

function run (size: string, database: string, options: ExportOptionsGiven): Measures {
  const out = join(folder, 'out')
  const child = spawnSync(process.execPath, [
    '--disable-warning=ExperimentalWarning', script, database, out, JSON.stringify(options),
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
