// Imports that can be undone, and the undo of one.
import { sql } from 'kysely'
import type { Reads, Trx } from '../index.ts'
import type { Row } from '../tables.ts'
import {
  emptyCourses, forgetRestored, markRecords, restoreAccounts, restoreCourses, restoreRecords,
  type UndoStatements,
} from './undo-statements.ts'

export type ImportRow = Pick<
  Row<'imports'>, 'id' | 'applied_at' | 'reference' | 'undoes' | 'undone_at' | 'summary'
>
/** An import, with what decides whether it can be undone. */
export type UndoableImport = ImportRow & {
  /** 1: the rows that an undo needs are kept. */
  is_kept: 0 | 1
  /** Courses that it changed, and those of them that are undone. */
  courses: number
  undone: number
}
export type CourseOfImport = Pick<Row<'undo_courses'>, 'course_id' | 'op' | 'undone_by' | 'name'>

function imports (db: Reads | Trx) {
  const courses = sql`(SELECT count(*) FROM undo_courses c WHERE c.import_id = imports.id)`
  const undone = sql`(SELECT count(*) FROM undo_courses c WHERE c.import_id = imports.id
    AND c.undone_by IS NOT NULL)`
  return db.selectFrom('imports').leftJoin('undo_imports', 'undo_imports.import_id', 'imports.id')
    .select(['imports.id', 'applied_at', 'reference', 'undoes', 'undone_at', 'summary'])
    .select([
      sql<0 | 1>`CASE WHEN undo_imports.import_id IS NULL THEN 0 ELSE 1 END`.as('is_kept'),
      sql<number>`${courses}`.as('courses'),
      sql<number>`${undone}`.as('undone'),
    ])
}

/** An import by its id. */
export async function findImport (db: Reads | Trx, id: number): Promise<UndoableImport | undefined> {
  return await imports(db).where('imports.id', '=', id).executeTakeFirst()
}

/** Imports by what identifies them: see `imports.reference`. */
export async function importsByReference (
  db: Reads | Trx, references: readonly string[]
): Promise<UndoableImport[]> {
  return references.length === 0 ? [] : await imports(db).where('reference', 'in', references).execute()
}

/** The newest import that can be undone or that was undone. */
export async function newestImport (db: Reads): Promise<UndoableImport | undefined> {
  return await imports(db)
    .where((eb) => eb.or([eb('undo_imports.import_id', 'is not', null), eb('undone_at', 'is not', null)]))
    .orderBy('imports.id', 'desc').limit(1).executeTakeFirst()
}

/** Imports that are not undone, the newest first. */
export async function listUndoable (db: Reads, limit: number): Promise<UndoableImport[]> {
  return await imports(db).where('undo_imports.import_id', 'is not', null).where('undone_at', 'is', null)
    .orderBy('imports.id', 'desc').limit(limit).execute()
}

/** The courses that an import changed and that were not deleted by hand since. */
export async function coursesOfImport (db: Reads | Trx, importId: number): Promise<CourseOfImport[]> {
  return await db.selectFrom('undo_courses').leftJoin('courses', 'courses.id', 'undo_courses.course_id')
    .select(['course_id', 'op', 'undone_by'])
    .select(sql<string>`coalesce(courses.name, undo_courses.name)`.as('name'))
    .where('import_id', '=', importId).orderBy('course_id').execute()
}

/**
 * Ids of the courses of an import that cannot be undone: a later import changed them, or they were removed
 * and another course has taken their place.
 */
export async function conflictsOf (db: Reads | Trx, importId: number): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`SELECT u.course_id AS id FROM undo_courses u
    WHERE u.import_id = ${importId} AND u.undone_by IS NULL AND (
      EXISTS (SELECT 1 FROM undo_courses l
        WHERE l.course_id = u.course_id AND l.import_id > ${importId} AND l.undone_by IS NULL)
      OR (u.op = 'removed' AND EXISTS (SELECT 1 FROM courses c WHERE c.source_id = u.source_id))
      OR (u.op = 'removed' AND u."grouping" IS NOT NULL AND EXISTS (
        SELECT 1 FROM undo_periods o JOIN periods p ON p.source_id = o.source_id
        JOIN courses c ON c.id = p.course_id
        WHERE o.import_id = u.import_id AND o.course_id = u.course_id AND c."grouping" IS NOT NULL)))`
    .execute(db)
  return new Set(rows.map(({ id }) => id))
}

/** A later import that is in the way of an undo. */
export interface LaterImport {
  course_id: number
  import_id: number
  /** Ms. */
  applied_at: number
  reference: string | null
}

/** The imports that changed courses of an import after it and that are not undone, the newest first. */
export async function laterImports (db: Reads | Trx, importId: number): Promise<LaterImport[]> {
  const { rows } = await sql<LaterImport>`SELECT l.course_id, l.import_id, i.applied_at, i.reference
    FROM undo_courses u
    JOIN undo_courses l ON l.course_id = u.course_id AND l.import_id > u.import_id AND l.undone_by IS NULL
    JOIN imports i ON i.id = l.import_id
    WHERE u.import_id = ${importId} AND u.undone_by IS NULL
    ORDER BY l.import_id DESC, l.course_id`.execute(db)
  return rows
}

/** What jobs were requested with, as JSON, as far as they are kept. */
export async function jobPayloads (
  db: Reads | Trx, ids: readonly number[]
): Promise<Array<{ id: number, payload: string }>> {
  return ids.length === 0
    ? []
    : await db.selectFrom('jobs').select(['id', 'payload']).where('id', 'in', ids).execute()
}

/** Whether the run of a job may still write: see `STILL_RUNS` of imports. */
export async function isRunning (
  trx: Trx, { jobId, token }: { jobId: number, token: number }
): Promise<boolean> {
  const query = trx.selectFrom('jobs').select('id').where('id', '=', jobId).where('token', '=', token)
    .where('state', '=', 'started')
  const row = await (trx.engine === 'postgres' ? query.forShare() : query).executeTakeFirst()
  return row !== undefined
}

/**
 * Locks courses until the end of this write, in the order of their ids, so that no one changes them. Before
 * the first statement of an undo: PostgreSQL takes longer to compile these statements than to run them.
 */
export async function lockCourses (trx: Trx, ids: readonly number[]): Promise<void> {
  if (trx.engine === 'sqlite') return
  await sql.raw('SET LOCAL statement_timeout = 0; SET LOCAL jit = off').execute(trx)
  if (ids.length === 0) return
  await trx.selectFrom('courses').select('id').where('id', 'in', ids).orderBy('id').forUpdate().execute()
}

/** Adds an undo to the imports, since later imports must see it. `at` in ms. Returns its id. */
export async function insertUndo (
  trx: Trx, undo: { importId: number, reference: string | null, summary: string, at: number }
): Promise<number> {
  const { id } = await trx.insertInto('imports').values({
    applied_at: undo.at, reference: undo.reference, summary: undo.summary, undoes: undo.importId,
  }).returning('id').executeTakeFirstOrThrow()
  return id
}

/** Ids of those courses that have an export whose file is there. */
export async function exportedCourses (trx: Trx, ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set()
  const rows = await trx.selectFrom('exports').innerJoin('files', 'files.id', 'exports.file_id')
    .select('course_id').distinct().where('course_id', 'in', ids).where('files.removed_at', 'is', null)
    .execute()
  return new Set(rows.map((row) => row.course_id))
}

interface Undone extends UndoStatements {
  /** All courses to undo. */
  ids: readonly number[]
  /** Those that the import added: to be deleted, and to be emptied. */
  deleted: readonly number[]
  emptied: readonly number[]
  /** No course of the import is left that is not undone. */
  isWhole: boolean
}

/** Makes the courses of an import what they were before it. Their rows must be locked. */
export async function restoreImport (trx: Trx, undone: Undone): Promise<void> {
  const { importId, undoId, ids, deleted, emptied, isWhole } = undone
  const run = async (statements: readonly string[]) => {
    for (const statement of statements) await sql.raw(statement).execute(trx)
  }
  if (ids.length > 0) {
    await trx.updateTable('undo_courses').set({ undone_by: undoId })
      .where('import_id', '=', importId).where('course_id', 'in', ids).execute()
  }
  await run(markRecords(undone))
  if (emptied.length > 0) await run(emptyCourses(emptied))
  if (deleted.length > 0) await trx.deleteFrom('courses').where('id', 'in', deleted).execute()
  await run([...restoreCourses(undone), ...restoreRecords(undone), ...forgetRestored(undone)])
  if (isWhole) await run(restoreAccounts(undone))
}
