// What must be true of a data folder after everything that happened to it.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../../db/sqlite/connection.ts'
import { unzippedNames } from './zip-names.ts'
import type { Promised } from './clients.ts'

interface StoredRow {
  hex: string
  filename: string
  size: number
  sha256: string
  created_at: number
  job_id: number
  course_id: number
}

/** Sentences about what is wrong; none if all is well. */
export async function lookAtAftermath (
  folder: string,
  promised: ReadonlyMap<number, readonly Promised[]>
): Promise<string[]> {
  const wrong: string[] = []
  const sqlite = connect(join(folder, 'perfbook.sqlite'), { readonly: true })
  const all = <T>(sql: string): T[] => sqlite.prepare(sql).all() as T[]
  const none = (what: string, rows: unknown[]) => {
    if (rows.length > 0) {
      wrong.push(
        `${what}: ${JSON.stringify(rows.slice(0, 5))}${
          rows.length > 5 ? ` and ${rows.length - 5} more` : ''
        }`
      )
    }
  }

  none(
    'integrity_check',
    all<{ integrity_check: string }>('PRAGMA integrity_check').filter((row) => row.integrity_check !== 'ok')
  )
  none('foreign keys that point at nothing', all('PRAGMA foreign_key_check'))

  const states = new Map(
    all<{ id: number, state: string }>("SELECT id, state FROM jobs WHERE kind = 'performance-export'").map((
      row
    ) => [row.id, row.state])
  )
  none(
    'jobs that were promised and did not succeed',
    Array.from(promised.keys(), (id) => ({ id, state: states.get(id) ?? 'gone' })).filter((job) =>
      job.state !== 'succeeded'
    )
  )
  none('jobs that did not succeed', Array.from(states).filter(([, state]) => state !== 'succeeded'))
  none(
    'jobs without exactly one export',
    all(
      `SELECT jobs.id, count(exports.id) AS exports FROM jobs LEFT JOIN exports ON exports.job_id = jobs.id
        WHERE kind = 'performance-export' GROUP BY jobs.id HAVING count(exports.id) <> 1`
    )
  )
  none(
    'jobs without exactly one attempt that succeeded',
    all(
      `SELECT jobs.id FROM jobs LEFT JOIN job_attempts ON job_attempts.job_id = jobs.id
        AND outcome = 'succeeded' WHERE jobs.state = 'succeeded' GROUP BY jobs.id
        HAVING count(job_attempts.id) <> 1`
    )
  )
  none(
    'attempts without an end',
    all('SELECT job_id, token FROM job_attempts WHERE finished_at IS NULL OR outcome IS NULL')
  )
  none(
    'attempts that went wrong',
    all("SELECT job_id, error_code, error_message FROM job_attempts WHERE outcome IN ('failed', 'canceled')")
  )
  none('bytes that are noted as orphans', all('SELECT hex FROM file_intents'))
  none(
    'files that are lost or gone',
    all('SELECT hex FROM files WHERE lost_at IS NOT NULL OR removed_at IS NOT NULL')
  )
  none(
    'files that are no exports',
    all('SELECT hex FROM files WHERE id NOT IN (SELECT file_id FROM exports)')
  )

  const rows = all<StoredRow>(
    `SELECT hex, filename, size, sha256, files.created_at, job_id, course_id FROM files
      JOIN exports ON exports.file_id = files.id`
  )
  const onDisk = new Set(readdirSync(join(folder, 'files')))
  none('rows without a file', rows.filter((row) => !onDisk.delete(row.hex)))
  none('files without a row', [...onDisk])
  for (const row of rows) {
    const names = readdirSync(join(folder, 'files', row.hex))
    if (names.length !== 1 || names[0] !== row.filename) {
      wrong.push(`in ${row.hex} lies ${names.join(', ')} instead of ${row.filename}`)
    } else wrong.push(...await wrongWith(join(folder, 'files', row.hex, row.filename), row))
    for (const one of promised.get(row.job_id) ?? []) {
      if (one.courseId !== row.course_id) {
        wrong.push(
          `job ${row.job_id} was promised for course ${one.courseId} and made an export of ${row.course_id}`
        )
      }
      if (row.created_at <= Date.parse(one.requestedAt)) {
        wrong.push(`the export of job ${row.job_id} is not later than the request it serves`)
      }
    }
  }
  none('left in staging', readdirSync(join(folder, 'staging')))
  if (existsSync(join(folder, 'quarantine'))) none('in quarantine', readdirSync(join(folder, 'quarantine')))
  sqlite.close()
  return wrong
}

async function wrongWith (file: string, row: StoredRow): Promise<string[]> {
  const bytes = readFileSync(file)
  const wrong: string[] = []
  if (bytes.length !== row.size) wrong.push(`${file} has ${bytes.length} bytes instead of ${row.size}`)
  if (createHash('sha256').update(bytes).digest('hex') !== row.sha256) {
    wrong.push(`${file} has another SHA-256`)
  }
  const names = await unzippedNames(bytes).catch((error: unknown) => [String(error)])
  if (!names.includes('xl/workbook.xml')) wrong.push(`${file} is no workbook: ${names.join(', ')}`)
  return wrong
}
