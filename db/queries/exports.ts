import { sql, type Expression, type RawBuilder } from 'kysely'
import type { Reads, Trx } from '../index.ts'
import type { NewRow, Row } from '../tables.ts'
import { lockCourse } from './courses.ts'

type ExportRow = Row<'exports'>

export interface ExportListRow {
  id: number
  job_id: number | null
  options: string
  format: string
  filename: string
  hex: string
  size: number
  created_at: number
  created_by: string | null
  expires_at: number | null
  /** Whether the course's data is the same as when it was read. */
  is_same: 0 | 1
  /** When the next due or drop date changes the book, ms. */
  current_until: number | null
}

function exportsOf (db: Reads | Trx, courseId: number) {
  return db.selectFrom('exports')
    .innerJoin('files', 'files.id', 'exports.file_id')
    .innerJoin('courses', 'courses.id', 'exports.course_id')
    .select([
      'exports.id',
      'exports.job_id',
      'exports.options',
      'exports.format',
      'files.filename',
      'files.hex',
      'files.size',
      'files.created_at',
      'files.created_by',
      'files.expires_at',
      'exports.current_until',
      sql<0 | 1>`CASE WHEN exports.data_version = courses.data_version THEN 1 ELSE 0 END`.as('is_same'),
    ])
    .where('exports.course_id', '=', courseId)
    .where('files.removed_at', 'is', null).where('files.lost_at', 'is', null)
    .orderBy('exports.id', 'desc')
}

/** Exports whose file exists, newest first: all, or those of one format. Some may have expired. */
export async function listExports (db: Reads, courseId: number, format?: string): Promise<ExportListRow[]> {
  const all = exportsOf(db, courseId)
  return await (format === undefined ? all : all.where('exports.format', '=', format)).execute()
}

/** The newest export of a format, or of a series (see `seriesOf`), whose file is available at `now`, ms. */
export async function latestExport (
  db: Reads | Trx,
  courseId: number,
  { now, ...which }: { now: number } & ({ format: string } | { series: string })
): Promise<ExportListRow | undefined> {
  const query = exportsOf(db, courseId).where((eb) =>
    eb.or([eb('files.expires_at', 'is', null), eb('files.expires_at', '>', now)])
  )
  return await ('format' in which
    ? query.where('exports.format', '=', which.format)
    : query.where('exports.series', '=', which.series)).limit(1).executeTakeFirst()
}

/** An export whose file is available at `now`, ms. */
export async function availableExport (
  db: Reads | Trx,
  courseId: number,
  { id, now }: { id: number, now: number }
): Promise<ExportListRow | undefined> {
  return await exportsOf(db, courseId).where('exports.id', '=', id).where((eb) =>
    eb.or([eb('files.expires_at', 'is', null), eb('files.expires_at', '>', now)])
  ).executeTakeFirst()
}

export async function findExport (
  db: Reads | Trx,
  courseId: number,
  id: number
): Promise<ExportRow | undefined> {
  return await db.selectFrom('exports').selectAll().where('course_id', '=', courseId).where('id', '=', id)
    .executeTakeFirst()
}

export interface ExportOfJob {
  id: number
  courseId: number
  hex: string
  filename: string
}

/** The export that a job made; undefined: it made none, or the file no longer exists. */
export async function exportOfJob (db: Reads, jobId: number): Promise<ExportOfJob | undefined> {
  const row = await db.selectFrom('exports').innerJoin('files', 'files.id', 'exports.file_id')
    .select([
      'exports.id', 'exports.course_id', 'files.hex', 'files.filename', 'files.removed_at', 'files.lost_at',
    ])
    .where('exports.job_id', '=', jobId).executeTakeFirst()
  // Not by WHERE: PostgreSQL without statistics takes IS NULL for rare, and looks through all files for it.
  if (row === undefined || row.removed_at !== null || row.lost_at !== null) return undefined
  const { id, course_id: courseId, hex, filename } = row
  return { id, courseId, hex, filename }
}

export async function insertExport (trx: Trx, row: NewRow<'exports'>): Promise<ExportRow> {
  return await trx.insertInto('exports').values(row).returningAll().executeTakeFirstOrThrow()
}

/** The newest request of a course belongs to one of this many of its newest jobs. */
const NEWEST_JOBS = 50

interface NewestTimes {
  requestedAt: number
  createdAt: number
  /** The time that was given. */
  time: number
}

/**
 * The times of the newest request and the newest export of a course, ms; 0: there is none. With a job, its
 * requests count in any case. Any clock may be set back, so new times of the course must not be before these.
 * Lock the course's exports first.
 */
export async function newestTimes (
  trx: Trx,
  courseId: number,
  { time: now, jobId = null }: { time: Expression<number>, jobId?: number | null }
): Promise<NewestTimes> {
  const row = await trx.selectNoFrom((eb) => [
    sql<number>`${now}`.as('time'),
    eb.selectFrom('exports').innerJoin('files', 'files.id', 'exports.file_id')
      .select((eb) => eb.fn.max('files.created_at').as('at')).where('exports.course_id', '=', courseId)
      .as('created_at'),
    eb.selectFrom('job_requests').select((eb) => eb.fn.max('requested_at').as('at'))
      .where('job_id', 'in', (eb) =>
        eb.selectFrom('jobs').select('id').where('owner_type', '=', 'course')
          .where('owner_id', '=', courseId).orderBy('id', 'desc').limit(NEWEST_JOBS)
      )
      .as('requested_at'),
    eb.selectFrom('job_requests').select((eb) => eb.fn.max('requested_at').as('at'))
      .where('job_id', '=', jobId)
      .as('requested_of_job'),
  ]).executeTakeFirstOrThrow()
  const { created_at: createdAt, requested_at: requestedAt, requested_of_job: ofJob, time } = row
  return { requestedAt: Math.max(requestedAt ?? 0, ofJob ?? 0), createdAt: createdAt ?? 0, time }
}

/** The export whose file this is. */
export async function exportOfFile (
  db: Reads | Trx,
  fileId: number
): Promise<Pick<ExportRow, 'id' | 'course_id'> | undefined> {
  return await db.selectFrom('exports').select(['id', 'course_id']).where('file_id', '=', fileId)
    .executeTakeFirst()
}

export interface RetentionRule {
  /** How long the file of an export is kept, ms; 0: forever. */
  retentionMs: number
  /** The newest export of each series of a course is kept until there is a newer one. See `seriesOf`. */
  keepLatest: boolean
}

/**
 * The newest request and the newest export of a course change in one write at a time: call this before one
 * of these courses gets a request, or an export of it is added or deleted. Lock jobs first, then the course.
 */
export async function lockExports (trx: Trx, ...courseIds: number[]): Promise<void> {
  for (const name of courseIds.map((id) => `exports ${id}`).sort()) await trx.lock(name)
}

/** Locks a course as `lockCourse` does for a reference, then its exports. False: there is no such course. */
export async function lockCourseExports (trx: Trx, courseId: number): Promise<boolean> {
  if (trx.engine === 'sqlite') return await lockCourse(trx, courseId, 'reference') !== undefined
  // One statement for both, in this order: the row of the course is locked before the rest sees it.
  const { rows } = await sql`
    WITH course AS MATERIALIZED (SELECT id FROM courses WHERE id = ${courseId} FOR KEY SHARE)
    SELECT ${trx.locking(`exports ${courseId}`)} FROM course`.execute(trx)
  return rows.length > 0
}

/** Sets when the files of a course's exports expire. Files that have expired by `now` (ms) stay expired. */
export async function setExportExpiry (
  trx: Trx,
  rule: RetentionRule,
  now: number,
  courseId: number
): Promise<void> {
  const { expiry, mayChange } = expiryBy(rule, now, sql`WHERE course_id = ${courseId}`)
  await trx.updateTable('files').set({ expires_at: expiry }).where(mayChange).execute()
}

/** Courses with an export that expires at another time than the rule says, by id, after the id `after`. */
export async function coursesWithOtherExpiry (
  db: Reads,
  rule: RetentionRule,
  { now, after, limit }: { now: number, after: number, limit: number }
): Promise<number[]> {
  const { mayChange } = expiryBy(rule, now, sql``)
  const rows = await db.selectFrom('exports').select('course_id').distinct()
    .where('course_id', '>', after)
    .where('file_id', 'in', db.selectFrom('files').select('id').where(mayChange))
    .orderBy('course_id').limit(limit).execute()
  return rows.map((row) => row.course_id)
}

/** When files of exports expire, and which of them are not set so. */
function expiryBy ({ retentionMs, keepLatest }: RetentionRule, now: number, ofCourse: RawBuilder<unknown>) {
  const alive = sql<boolean>`(removed_at IS NULL AND (expires_at IS NULL OR expires_at > ${now}))`
  const isKept = retentionMs === 0
    ? sql`true`
    : !keepLatest
        ? sql`false`
        : sql`id IN (SELECT file_id FROM exports WHERE id IN (SELECT max(exports.id) FROM exports
            INNER JOIN files AS newer ON newer.id = exports.file_id
            AND newer.removed_at IS NULL AND newer.lost_at IS NULL
            AND (newer.expires_at IS NULL OR newer.expires_at > ${now}) ${ofCourse}
            GROUP BY course_id, series))`
  const expiry = sql<number | null>`CASE WHEN ${isKept} THEN NULL ELSE created_at + ${retentionMs} END`
  const mayChange = sql<boolean>`(id IN (SELECT file_id FROM exports ${ofCourse}) AND ${alive}
    AND expires_at IS DISTINCT FROM ${expiry})`
  return { expiry, mayChange }
}
