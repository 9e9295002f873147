// What a snapshot adds to an export, and what storing it takes on the server's own thread.
//
//   npm run bench:snapshots -- [--sizes 2000x150,10000x200] [--rounds 7]
//
// Exports with and without a snapshot take turns in one warm thread, and their medians are compared.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { storeSnapshot } from '../../src/snapshots/store-snapshot.ts'
import { makeBenchDatabase } from './workbook-peers/bench-database.ts'
import { exportCourse } from './workbook-peers/export-course.ts'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '2000x150,10000x200' },
    rounds: { type: 'string', default: '7' },
  },
})

interface Measures {
  ms: number
  cpuMs: number
}

const folder = mkdtempSync(join(tmpdir(), 'snapshots-bench-'))
try {
  print(`${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ` +
    `Node ${process.version}, median of ${values.rounds} rounds; time (CPU time), ms\n`)
  print('| students × tasks | snapshot, MB | workbook, MB | export without | export with | storing |')
  print('| --- | --: | --: | --: | --: | --: |')
  for (const size of values.sizes.split(',')) {
    const [students = 0, tasks = 0] = size.split('x').map(Number)
    const input = join(folder, `${size}.sqlite`)
    const file = join(folder, `${size}.xlsx`)
    const snapshot = `${file}.snapshot`
    await makeBenchDatabase(input, students, tasks)
    const task = { students, tasks, file, input }
    const runs = { without: [] as Measures[], with: [] as Measures[], storing: [] as Measures[] }
    for (let round = -1; round < Number(values.rounds); round++) {
      const measured = {
        without: await timed(() => exportCourse(task, { withSnapshot: false })),
        with: await timed(() => exportCourse(task)),
        storing: await storing(input, snapshot),
      }
      // The first round warms up.
      if (round < 0) continue
      runs.without.push(measured.without)
      runs.with.push(measured.with)
      runs.storing.push(measured.storing)
    }
    print(`| ${students.toLocaleString('en')} × ${tasks} | ${megabytes(snapshot)} | ${megabytes(file)} | ` +
      `${shown(runs.without)} | ${shown(runs.with)} | ${shown(runs.storing)} |`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Stores the snapshot with an export of the course, as the end of a job does. */
async function storing (file: string, snapshot: string): Promise<Measures> {
  const database = await openDatabase(sqliteFile(file))
  try {
    const exportId = await database.write(async (trx) => {
      const { id: fileId } = await trx.insertInto('files').values({
        owner_type: 'course',
        owner_id: 1,
        category: 'teacher-performance',
        filename: 'bench.xlsx',
        hex: randomBytes(16).toString('hex'),
        content_type: 'application/octet-stream',
        size: 0,
        sha256: '',
        created_at: 0,
        created_by: null,
        expires_at: null,
        removed_at: null,
        lost_at: null,
      }).returning('id').executeTakeFirstOrThrow()
      const { id } = await trx.insertInto('exports').values({
        course_id: 1,
        file_id: fileId,
        job_id: null,
        options: '{}',
        data_version: 1,
        current_until: null,
      }).returning('id').executeTakeFirstOrThrow()
      return id
    })
    return await timed(() => database.write((trx) => storeSnapshot(trx, exportId, snapshot)))
  } finally {
    await database.close()
  }
}

async function timed (call: () => Promise<unknown>): Promise<Measures> {
  const begun = performance.now()
  const cpu = process.cpuUsage()
  await call()
  const { user, system } = process.cpuUsage(cpu)
  return { ms: performance.now() - begun, cpuMs: (user + system) / 1000 }
}

function shown (measured: Measures[]): string {
  const of = (which: keyof Measures): string => {
    const sorted = measured.map((each) => each[which]).sort((a, b) => a - b)
    return (sorted[Math.floor(sorted.length / 2)] ?? NaN).toFixed(0)
  }
  return `${of('ms')} (${of('cpuMs')})`
}

function megabytes (file: string): string {
  return (statSync(file).size / 1e6).toFixed(2)
}

function print (text: string): void {
  process.stdout.write(text + '\n')
}
