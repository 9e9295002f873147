import { sql } from 'kysely'
import type { Reads } from '../index.ts'
import { jobOfReference } from './job-references.ts'

/** What entries of the audit log are about. */
export interface AuditSubjects {
  courses: readonly number[]
  users: readonly number[]
  files: readonly number[]
  /** Beginnings of the addresses of files: hexadecimal digits. */
  addresses: readonly string[]
  exports: readonly number[]
  jobs: readonly number[]
  imports: readonly number[]
}

/** Payloads of jobs that are longer have a column map in them; they are not read only for a name. */
const PAYLOAD_MAX = 5000

/** The current names of what entries are about. What is gone is not in it, and no name of a student is. */
export async function auditNames (db: Reads, of: AuditSubjects) {
  const courses = of.courses.length === 0
    ? []
    : await db.selectFrom('courses').select(['id', 'name']).where('id', 'in', of.courses)
      .orderBy('id').execute()
  const users = of.users.length === 0
    ? []
    : await db.selectFrom('users').select(['id', 'email as name'])
      .where('id', 'in', of.users).where('role', '!=', 'student').orderBy('id').execute()
  const files = of.files.length === 0
    ? []
    : await db.selectFrom('files').select(['id', 'filename as name']).where('id', 'in', of.files)
      .orderBy('id').execute()
  const addresses = of.addresses.length === 0
    ? []
    : await db.selectFrom('files').select(['hex', 'filename as name']).where((eb) => eb.or(
      // Every digit is before "g".
      of.addresses.map((start) => eb.and([eb('hex', '>=', start), eb('hex', '<', `${start}g`)]))
    )).orderBy('hex').execute()
  const exports = of.exports.length === 0
    ? []
    : await db.selectFrom('exports').innerJoin('files', 'files.id', 'exports.file_id')
      .select(['exports.id', 'files.filename as name']).where('exports.id', 'in', of.exports)
      .orderBy('exports.id').execute()
  // Imports are counted on their own: import 2 may be of job 10, or of no job if a command made it.
  const imports = of.imports.length === 0
    ? []
    : (await db.selectFrom('imports').select(['id', 'reference']).where('id', 'in', of.imports)
        .orderBy('id').execute()).flatMap(({ id, reference }) => {
        const jobId = jobOfReference(reference)
        return jobId === undefined ? [] : [{ id, jobId }]
      })
  const wantedJobs = [...new Set([...of.jobs, ...imports.map(({ jobId }) => jobId)])]
  const jobs = wantedJobs.length === 0
    ? []
    : await db.selectFrom('jobs').select(['id', 'kind', 'payload']).where('id', 'in', wantedJobs)
      .where(sql<number>`length(payload)`, '<=', PAYLOAD_MAX).orderBy('id').execute()
  return { courses, users, files, addresses, exports, jobs, imports }
}
