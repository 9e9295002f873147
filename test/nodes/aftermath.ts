// What must be true of the database and the store after everything that happened to the nodes.
import { createHash } from 'node:crypto'
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { Promised } from '../crash/clients.ts'
import { unzippedNames } from '../crash/zip-names.ts'
import { clientAt, storeOf } from '../support/swift.ts'
import { PUBLIC_URL, type Fleet } from './fleet.ts'

interface StoredRow {
  hex: string
  object_key: string
  size: number
  sha256: string
  created_at: number
  job_id: number
  course_id: number
}

type Place = Pick<Fleet, 'rows' | 'settings'>

/** The objects of files and uploads, with their sizes, by key below the prefix. */
export async function objectsOf ({ settings }: Pick<Fleet, 'settings'>): Promise<Map<string, number>> {
  const { bucket, endpoint, prefix } = storeOf({ ...settings, PUBLIC_URL })
  const client = clientAt(endpoint)
  const found = new Map<string, number>()
  let token: string | undefined
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }))
    for (const { Key = '', Size = 0 } of page.Contents ?? []) {
      const name = Key.slice(prefix.length)
      if (name.startsWith('files/') || name.startsWith('uploads/')) found.set(name, Size)
    }
    token = page.NextContinuationToken
  } while (token !== undefined)
  client.destroy()
  return found
}

/** Sentences about what is wrong; none if all is well. All jobs have ended. */
export async function lookAtAftermath (
  { rows, settings }: Place,
  promised: ReadonlyMap<number, readonly Promised[]>
): Promise<string[]> {
  const wrong: string[] = []
  const none = (what: string, found: unknown[]) => {
    if (found.length === 0) return
    const more = found.length > 5 ? ` and ${found.length - 5} more` : ''
    wrong.push(`${what}: ${JSON.stringify(found.slice(0, 5))}${more}`)
  }

  const states = new Map((await rows<{ id: number, state: string }>(
    "SELECT id, state FROM jobs WHERE kind = 'performance-export'"
  )).map(({ id, state }) => [id, state]))
  none(
    'jobs that were promised and did not succeed',
    Array.from(promised.keys(), (id) => ({ id, state: states.get(id) ?? 'gone' }))
      .filter(({ state }) => state !== 'succeeded')
  )
  none('jobs that did not succeed', Array.from(states).filter(([, state]) => state !== 'succeeded'))
  none('jobs without exactly one export', await rows(
    `SELECT jobs.id, count(exports.id) AS exports FROM jobs LEFT JOIN exports ON exports.job_id = jobs.id
      WHERE kind = 'performance-export' GROUP BY jobs.id HAVING count(exports.id) <> 1`
  ))
  none('jobs without exactly one attempt that succeeded', await rows(
    `SELECT jobs.id FROM jobs LEFT JOIN job_attempts ON job_attempts.job_id = jobs.id
      AND outcome = 'succeeded' WHERE jobs.state = 'succeeded' GROUP BY jobs.id
      HAVING count(job_attempts.id) <> 1`
  ))
  none('attempts without an end', await rows(
    `SELECT job_id, job_attempts.token FROM job_attempts JOIN jobs ON jobs.id = job_id
      WHERE kind = 'performance-export' AND (job_attempts.finished_at IS NULL OR outcome IS NULL)`
  ))
  none('attempts that went wrong', await rows(
    "SELECT job_id, error_code, error_message FROM job_attempts WHERE outcome IN ('failed', 'canceled')"
  ))
  none('files that are lost or gone', await rows(
    // The upload of an import that has succeeded is removed; its row stays for a while.
    `SELECT hex FROM files
      WHERE lost_at IS NOT NULL OR (removed_at IS NOT NULL AND category <> 'import-source')`
  ))
  none('files that are neither exports nor uploads of an import', await rows(
    "SELECT hex FROM files WHERE id NOT IN (SELECT file_id FROM exports) AND category <> 'import-source'"
  ))

  const stored = await rows<StoredRow>(
    `SELECT hex, object_key, size, sha256, files.created_at, job_id, course_id FROM files
      JOIN exports ON exports.file_id = files.id`
  )
  const before = await namedKeys(rows)
  const objects = await objectsOf({ settings })
  none('rows without their bytes', stored.filter(({ object_key, size }) => objects.get(object_key) !== size))
  const after = await namedKeys(rows)
  none(
    'bytes that neither a row nor a note names',
    // What late runs left may be removed just now, first the bytes and then their note.
    [...objects.keys()].filter((key) => !before.has(key) && !after.has(key))
  )
  none('bytes that a row and a note name', [...after].filter(([, times]) => times > 1))
  for (const row of stored) {
    for (const one of promised.get(row.job_id) ?? []) {
      if (one.courseId !== row.course_id) {
        wrong.push(`job ${row.job_id} was for course ${one.courseId}; its export is of ${row.course_id}`)
      }
      if (row.created_at <= Date.parse(one.requestedAt)) {
        wrong.push(`the export of job ${row.job_id} is not later than the request it serves`)
      }
    }
  }
  wrong.push(...await wrongBytes(settings, stored))
  return wrong
}

/** The keys that rows of files and notes name, at one moment: how often each. */
async function namedKeys (rows: Fleet['rows']): Promise<Map<string, number>> {
  const named = await rows<{ object_key: string, times: number }>(
    `SELECT object_key, count(*) AS times FROM (
      SELECT object_key FROM files WHERE removed_at IS NULL
      UNION ALL SELECT object_key FROM file_intents WHERE object_key IS NOT NULL
    ) AS named GROUP BY object_key`
  )
  return new Map(named.map(({ object_key, times }) => [object_key, Number(times)]))
}

/** Reads all bytes. */
async function wrongBytes (settings: Fleet['settings'], stored: readonly StoredRow[]): Promise<string[]> {
  const wrong: string[] = []
  const { bucket, endpoint, prefix } = storeOf({ ...settings, PUBLIC_URL })
  const client = clientAt(endpoint)
  for (const { object_key: key, sha256 } of stored) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: `${prefix}${key}` }))
    const bytes = Buffer.from(await Body?.transformToByteArray() ?? [])
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) wrong.push(`${key} has another SHA-256`)
    const names = await unzippedNames(bytes).catch((error: unknown) => [String(error)])
    if (!names.includes('xl/workbook.xml')) wrong.push(`${key} is no workbook: ${names.join(', ')}`)
  }
  client.destroy()
  return wrong
}
