// What an import costs: `npx node test/bench/import.bench.ts [--students 10000] [--tasks 100] [--rounds 1]
// [--data FOLDER_OR_ZIP] [--postgres]`. It makes a bundle up, imports it in a fresh process into an empty
// database, again as it is, and a delta. Meanwhile another connection keeps asking for the write lock, as the
// service would. With `--postgres` it does the same with PostgreSQL, in turns. Nothing is asserted. The peer
// is the least that one would write: csv-parse, and a row of a table for each result, without any check.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { parse } from 'csv-parse'
import yauzl from 'yauzl'
import { connect } from '../../db/sqlite/connection.ts'
import { openDatabase, sqliteFile, type DatabaseLocation } from '../../db/index.ts'
import { importSources } from '../../src/imports/import-sources.ts'
import { writeSyntheticRoster } from '../../src/synthetic-roster/write-roster.ts'
import { startCluster, testPostgres, type Cluster } from '../support/postgres.ts'

const { values } = parseArgs({
  options: {
    students: { type: 'string', default: '10000' },
    tasks: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '1' },
    data: { type: 'string' },
    postgres: { type: 'boolean', default: false },
    // Of the child process.
    child: { type: 'string' },
    folder: { type: 'string' },
    source: { type: 'string' },
    location: { type: 'string' },
  },
})

interface Run {
  seconds: number
  cpuSeconds: number
  peakMb: number
  added: number
  unchanged: number
}

if (values.child === undefined) await main()
else {
  process.stdout.write(
    JSON.stringify(await (values.child === 'peer' ? runPeer : runImport)(values.source!, values.folder!))
  )
}

async function main (): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-bench-'))
  const print = (line: string) => {
    process.stdout.write(`${line}\n`)
  }
  let cluster: Cluster | undefined
  try {
    print(`${cpus()[0]?.model ?? 'unknown'} x ${cpus().length}, Node ${process.version}`)
    let source = values.data
    let delta: string | undefined
    if (source === undefined) {
      source = join(folder, 'bundle.zip')
      delta = join(folder, 'delta.zip')
      const { counts } = await writeSyntheticRoster({
        options: {
          schools: 1,
          courses: 1,
          students: Number(values.students),
          tasks: Number(values.tasks),
          periods: 6,
          seed: 1,
          startsOn: '2026-01-12',
        },
        format: 'oneroster',
        version: '1.1',
        output: source,
        delta,
        force: true,
        onProgress () {},
        signal: new AbortController().signal,
      })
      print(`${counts.students} students, ${counts.tasks} tasks, ${counts.results} results`)
    }
    print('what                     seconds   CPU s   peak MB   lock held ms')
    // As a server has it: a commit is on disk.
    if (values.postgres) cluster = await startCluster({ fsync: 'on' })
    for (let round = 0; round < Number(values.rounds); round++) {
      const data = join(folder, `data-${round}`)
      const sqlite = sqliteFile(join(data, 'perfbook.sqlite'))
      const postgres = cluster === undefined ? undefined : await testPostgres({ teardown () {} }, { cluster })
      const both = async (name: string, path: string) => {
        await show(name, 'import', { source: path, folder: data, location: sqlite }, print)
        if (postgres === undefined) return
        await show(`${name}: PostgreSQL`, 'import', { source: path, folder: data, location: postgres }, print)
      }
      await show('peer: rows as they are', 'peer', { source, folder: data, location: sqlite }, print)
      await both('import', source)
      await both('the same again', source)
      if (delta !== undefined) await both('delta', delta)
    }
  } finally {
    await cluster?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function show (
  name: string,
  child: string,
  { source, folder, location }: { source: string, folder: string, location: DatabaseLocation },
  print: (line: string) => void
): Promise<void> {
  await (await openDatabase(location)).close()
  const started = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    import.meta.filename,
    '--child',
    child,
    '--folder',
    folder,
    '--source',
    source,
    '--location',
    JSON.stringify(location),
  ], { stdio: ['ignore', 'pipe', 'inherit'] })
  const chunks: Buffer[] = []
  started.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
  })
  const ended = once(started, 'close').then(() => true)
  const held = child === 'peer' || location.engine !== 'sqlite'
    ? undefined
    : await longestLock(location.connection.file, ended)
  await ended
  const run = JSON.parse(Buffer.concat(chunks).toString()) as Run
  print(
    `${name.padEnd(24)} ${run.seconds.toFixed(2).padStart(7)} ${run.cpuSeconds.toFixed(2).padStart(7)} ${
      run.peakMb.toFixed(0).padStart(9)
    } ${(held?.toFixed(0) ?? '-').padStart(14)}`
  )
}

/** The longest time in ms for which others could not have the write lock. */
async function longestLock (file: string, ended: Promise<boolean>): Promise<number> {
  const sqlite = connect(file)
  let longest = 0
  let since: number | undefined
  let isOver = false
  ended.then(() => {
    isOver = true
  }, () => {
    isOver = true
  })
  while (!isOver) {
    try {
      sqlite.exec('BEGIN IMMEDIATE')
      sqlite.exec('ROLLBACK')
      if (since !== undefined) longest = Math.max(longest, performance.now() - since)
      since = undefined
    } catch {
      since ??= performance.now()
    }
    await delay(5)
  }
  sqlite.close()
  return longest
}

async function measured (work: () => Promise<{ added: number, unchanged: number }>): Promise<Run> {
  const start = performance.now()
  const counts = await work()
  const { user, system } = process.cpuUsage()
  return {
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakMb: process.resourceUsage().maxRSS / 1024,
    ...counts,
  }
}

async function runImport (source: string, folder: string): Promise<Run> {
  return await measured(async () => {
    const outcome = await importSources([source], {
      database: JSON.parse(values.location!) as DatabaseLocation,
      stagingFolder: join(folder, 'staging'),
      defaultTimeZone: 'UTC',
      dryRun: false,
      strict: false,
      allowRemovals: false,
      maxBytes: 2 ** 40,
      now: Date.now,
    })
    if (!outcome.ok) throw new Error(JSON.stringify(outcome))
    return outcome.summary.scores
  })
}

async function runPeer (source: string, folder: string): Promise<Run> {
  return await measured(async () => {
    const sqlite = connect(join(folder, 'peer.sqlite'))
    sqlite.exec(
      `CREATE TABLE results (id TEXT PRIMARY KEY, item TEXT, student TEXT, status TEXT, score REAL,
        day TEXT); BEGIN`
    )
    const insert = sqlite.prepare('INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?)')
    let added = 0
    const archive = await yauzl.openPromise(source, { lazyEntries: true, autoClose: false })
    for await (const entry of archive.eachEntry()) {
      if (!entry.fileName.endsWith('results.csv')) continue
      const rows = (await archive.openReadStreamPromise(entry)).pipe(parse({ columns: true }))
      for await (const row of rows as AsyncIterable<Record<string, string>>) {
        insert.run(
          row.sourcedId,
          row.lineItemSourcedId,
          row.studentSourcedId,
          row.scoreStatus,
          row.score === '' ? null : Number(row.score),
          row.scoreDate
        )
        added++
      }
    }
    sqlite.exec('COMMIT')
    sqlite.close()
    archive.close()
    return { added, unchanged: 0 }
  })
}
