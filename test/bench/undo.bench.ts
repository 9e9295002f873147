// What the undo of an import costs: `npm run bench:undo`, with `-- [--students 10000] [--tasks 100]
// [--courses 1] [--postgres]`. It imports a made-up bundle, then one in which every score is another one, and
// undoes both; if there are several courses, the newer import in two parts of half of the courses each.
// It prints how long an import takes and how much of that is its transaction, how much the copies for the
// undo take in the database, and how long the undo takes, which is one transaction. Nothing is asserted.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import yauzl from 'yauzl'
import { openDatabase, sqliteFile, type Database, type DatabaseLocation } from '../../db/index.ts'
import { coursesOfImport, newestImport } from '../../db/queries/undo.ts'
import { importSources } from '../../src/imports/import-sources.ts'
import { undoImport } from '../../src/imports/undo-import.ts'
import { writeSyntheticRoster } from '../../src/synthetic-roster/write-roster.ts'
import { startCluster, testPostgres, type Cluster } from '../support/postgres.ts'

const { values } = parseArgs({
  options: {
    students: { type: 'string', default: '10000' },
    tasks: { type: 'string', default: '100' },
    courses: { type: 'string', default: '1' },
    postgres: { type: 'boolean', default: false },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'perfbook-undo-'))
const print = (line: string) => { process.stdout.write(`${line}\n`) }
const MB = 1024 * 1024

/** A bundle in a folder, as `results` changes its file of results. */
async function bundle (name: string, results: (text: string) => string): Promise<string> {
  const output = join(folder, `${name}.zip`)
  const { counts } = await writeSyntheticRoster({
    options: {
      schools: 1, courses: Number(values.courses), students: Number(values.students),
      tasks: Number(values.tasks), periods: 6, seed: 1, startsOn: '2026-01-12',
    },
    format: 'oneroster', version: '1.1', output, force: true, onProgress () {},
    signal: new AbortController().signal,
  })
  print(`${name}: ${counts.students} students, ${counts.tasks} tasks, ${counts.results} results`)
  const path = mkdtempSync(join(folder, `${name}-`))
  const archive = await yauzl.openPromise(output, { lazyEntries: true, autoClose: false })
  for await (const entry of archive.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue
    const bytes = await buffer(await archive.openReadStreamPromise(entry))
    writeFileSync(join(path, basename(entry.fileName)), bytes)
  }
  archive.close()
  const file = join(path, 'results.csv')
  writeFileSync(file, results(readFileSync(file, 'utf8')))
  return path
}

/** Every score is half of what it was. */
function halved (text: string): string {
  const [header = '', ...lines] = text.split(/\r?\n/)
  const at = header.split(',').indexOf('score')
  return [header, ...lines.map((line) => {
    const cells = line.split(',')
    if ((cells[at] ?? '') !== '') cells[at] = String(Number(cells[at]) / 2)
    return cells.join(',')
  })].join('\n')
}

/** Bytes of the tables for undos, with their indexes, and of the whole database. */
async function sizes (db: Database): Promise<{ undo: number, all: number }> {
  const { rows: [row] } = db.engine === 'sqlite'
    ? await sql<{ undo: number, all: number }>`SELECT sum(pgsize) AS "all",
        sum(CASE WHEN name LIKE '%undo\\_%' ESCAPE '\\' THEN pgsize ELSE 0 END) AS undo FROM dbstat`
      .execute(db.reads)
    : await sql<{ undo: number, all: number }>`SELECT pg_database_size(current_database()) AS "all",
        (SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'
          AND relname LIKE 'undo\\_%')::bigint AS undo`.execute(db.reads)
  return { undo: Number(row!.undo), all: Number(row!.all) }
}

async function measure (name: string, database: DatabaseLocation, sources: string[]): Promise<void> {
  const db = await openDatabase(database)
  const ids: number[] = []
  for (const [i, source] of sources.entries()) {
    const start = performance.now()
    let saving = start
    const outcome = await importSources([source], {
      database, stagingFolder: join(folder, 'staging'), defaultTimeZone: 'UTC', dryRun: false, strict: false,
      allowRemovals: false, maxBytes: 2 ** 40, now: Date.now,
      onProgress: (_fraction, step) => { if (step === 'saving') saving = performance.now() },
    })
    if (!outcome.ok) throw new Error(JSON.stringify(outcome))
    const end = performance.now()
    const { undo, all } = await sizes(db)
    ids.push((await newestImport(db.reads))!.id)
    const { added, updated } = outcome.summary.scores
    print(`${name}, import ${i + 1}: ${added} scores added, ${updated} updated; ` +
      `${((end - start) / 1000).toFixed(2)} s, ${((end - saving) / 1000).toFixed(2)} s of them saving; ` +
      `copy ${(undo / MB).toFixed(1)} MB of ${(all / MB).toFixed(1)} MB`)
  }
  for (const [i, importId] of ids.reverse().entries()) {
    const courses = (await coursesOfImport(db.reads, importId)).map((one) => one.course_id)
    const half = Math.floor(courses.length / 2)
    const parts = i > 0 || half === 0 ? [undefined] : [courses.slice(0, half), courses.slice(half)]
    for (const part of parts) {
      const start = performance.now()
      await undoImport(db, { importId, courses: part, reference: null, fence: null, now: Date.now })
      const seconds = (performance.now() - start) / 1000
      const { undo, all } = await sizes(db)
      print(`${name}, undo of ${part?.length ?? courses.length} of the ${courses.length} courses of import ` +
        `${importId}: ${seconds.toFixed(2)} s; then ${(undo / MB).toFixed(1)} MB of ` +
        `${(all / MB).toFixed(1)} MB`)
    }
  }
  await db.close()
}

let cluster: Cluster | undefined
try {
  print(`${cpus()[0]?.model ?? 'unknown'} x ${cpus().length}, Node ${process.version}, load ${
    loadavg().map((one) => one.toFixed(1)).join(' ')
  }`)
  const sources = [await bundle('first', (text) => text), await bundle('halved', halved)]
  await measure('SQLite', sqliteFile(join(folder, 'perfbook.sqlite')), sources)
  if (values.postgres) {
    cluster = await startCluster({ fsync: 'on' })
    await measure('PostgreSQL', await testPostgres({ teardown () {} }, { cluster }), sources)
  }
} finally {
  await cluster?.stop()
  rmSync(folder, { recursive: true, force: true })
}
