// Undoes an import: its courses become what they were before it, all or nothing, in one transaction.
import type { Database, Reads, Trx } from '../../db/index.ts'
import { DELETION_LOCK } from '../../db/queries/courses.ts'
import { IMPORTS_LOCK } from '../../db/queries/erased-people.ts'
import { appliedImport } from '../../db/queries/reports.ts'
import {
  conflictsOf, coursesOfImport, exportedCourses, findImport, insertUndo, isRunning, jobPayloads, laterImports,
  lockCourses, restoreImport, type CourseOfImport, type LaterImport, type UndoableImport,
} from '../../db/queries/undo.ts'
import { forgetDeletedCourses } from '../../db/staging/forget-courses.ts'
import { jobOfReference } from '../../db/queries/job-references.ts'
import { DomainError } from '../errors.ts'
import { isoTime } from '../iso-time.ts'
import { listNames, shorten } from '../short-text.ts'
import { refusal } from '../refusals.ts'

export interface UndoRequest {
  importId: number
  /** Only these courses. Default: all that are not undone yet. */
  courses?: readonly number[] | undefined
}

interface UndoOptions extends UndoRequest {
  /** Identifies the undo, so that a job that runs again does not make it twice. */
  reference: string | null
  /** The run of the job, which may write only while it is the current one. Null: no job. */
  fence: { jobId: number, token: number } | null
  /** Ms. */
  now: () => number
}

/** What became of the courses. */
export interface UndoSummary {
  import_id: number
  /** Changed back, or added again if the import had removed them. */
  restored: number
  /** The import had added them. */
  deleted: number
  /** The import had added them, and they have exports: they stay, without people and tasks. */
  emptied: number
  /** Courses of the import that are not undone. */
  remaining: number
}

/** Most courses that a message names. */
const NAMED = 10

/**
 * Undoes the import. Throws UNDO_CONFLICT and UNDO_NOT_POSSIBLE; then nothing has changed. Blocks the thread
 * during the transaction.
 */
export async function undoImport (
  db: Database, { reference, fence, now, ...request }: UndoOptions
): Promise<UndoSummary> {
  const summary = await db.write(async (trx) => {
    await trx.lock(IMPORTS_LOCK)
    const earlier = reference === null ? undefined : await appliedImport(trx, reference)
    if (earlier !== undefined) return JSON.parse(earlier) as UndoSummary
    if (fence !== null && !await isRunning(trx, fence)) {
      throw new Error('another run of this job has begun, or it was canceled')
    }
    await trx.lock(DELETION_LOCK)
    await lockCourses(trx, (await coursesOfImport(trx, request.importId)).map((one) => one.course_id))
    return await undoIn(trx, { ...request, reference, at: now() })
  })
  if (summary.deleted + summary.emptied > 0) await db.emptyLog()
  return summary
}

async function undoIn (
  trx: Trx, { reference, at, ...request }: UndoRequest & { reference: string | null, at: number }
): Promise<UndoSummary> {
  const { importId } = request
  const { chosen, left } = await checkUndo(trx, request)
  const added = chosen.filter(({ op }) => op === 'added').map((one) => one.course_id)
  const exported = await exportedCourses(trx, added)
  const deleted = added.filter((id) => !exported.has(id))
  const emptied = added.filter((id) => exported.has(id))
  const summary: UndoSummary = {
    import_id: importId,
    restored: chosen.length - added.length,
    deleted: deleted.length,
    emptied: emptied.length,
    remaining: left,
  }
  const undoId = await insertUndo(trx, {
    importId, reference, at, summary: JSON.stringify({ ...summary, warnings: [] }),
  })
  await restoreImport(trx, {
    engine: trx.engine,
    importId,
    undoId,
    at,
    ids: chosen.map((one) => one.course_id),
    deleted,
    emptied,
    isWhole: left === 0,
  })
  await forgetDeletedCourses(trx, { ids: deleted, at })
  return summary
}

/** The courses that an undo would restore, and how many are left. Throws as `undoImport` does. */
export async function checkUndo (
  db: Reads | Trx, { importId, courses }: UndoRequest
): Promise<{ chosen: CourseOfImport[], left: number }> {
  const found = await findImport(db, importId)
  if (found === undefined || found.is_kept === 0 || found.undone_at !== null) throw notPossible(found)
  const open = (await coursesOfImport(db, importId)).filter((one) => one.undone_by === null)
  const unknown = (courses ?? []).filter((id) => !open.some((one) => one.course_id === id))
  if (unknown.length > 0) {
    throw new DomainError('UNDO_NOT_POSSIBLE', {
      detail: `This import did not change ${unknown.length === 1 ? 'the course' : 'the courses'} ` +
        `${listNames(unknown.map(String), NAMED)}, or ${unknown.length === 1 ? 'it is' : 'they are'} ` +
        'undone already.',
    })
  }
  const chosen = courses === undefined ? open : open.filter((one) => courses.includes(one.course_id))
  const conflicts = await conflictsOf(db, importId)
  const inTheWay = chosen.filter((one) => conflicts.has(one.course_id))
  if (inTheWay.length > 0) {
    const ids = new Set(inTheWay.map((one) => one.course_id))
    const later = (await laterImports(db, importId)).filter((one) => ids.has(one.course_id))
    throw conflict(inTheWay, await namesOf(db, later), open.length - conflicts.size)
  }
  return { chosen, left: open.length - chosen.length }
}

/** The ids of the courses of an import that are not undone yet, and that no later import changed. */
export async function coursesWithoutConflict (db: Reads, importId: number): Promise<number[]> {
  const conflicts = await conflictsOf(db, importId)
  const courses = await coursesOfImport(db, importId)
  return courses.filter((one) => one.undone_by === null && !conflicts.has(one.course_id))
    .map((one) => one.course_id)
}

function notPossible (found: UndoableImport | undefined): DomainError {
  const detail = found === undefined
    ? refusal('nothing_to_undo')
    : found.undoes !== null
      ? refusal('undo_of_undo')
      : found.undone_at !== null
        ? `This import was undone ${isoTime(found.undone_at)}.`
        : refusal('too_old_to_undo')
  return new DomainError('UNDO_NOT_POSSIBLE', { detail })
}

function conflict (
  courses: readonly CourseOfImport[], later: readonly string[], others: number
): DomainError {
  const names = courses.map(({ course_id: id, name }) => `${shorten(name, 40)} (course ${id})`)
  const isOne = later.length < 2
  const named = later.length === 0 ? '' : ` (${listNames(later, NAMED)})`
  return new DomainError('UNDO_CONFLICT', {
    detail: refusal(`later_${isOne ? 'import' : 'imports'}${others > 0 ? '_or_others' : ''}`, {
      courses: listNames(names, NAMED), imports: named,
    }),
  })
}

/** Of each import its file, or when it was if its job is forgotten. */
async function namesOf (db: Reads | Trx, later: readonly LaterImport[]): Promise<string[]> {
  const names = new Map(later.map((one) => [one.import_id, `the import of ${isoTime(one.applied_at)}`]))
  const byJob = new Map(later.flatMap(({ import_id: id, reference }) => {
    const jobId = jobOfReference(reference)
    return jobId === undefined ? [] : [[jobId, id] as const]
  }))
  for (const { id, payload } of await jobPayloads(db, [...byJob.keys()].slice(0, NAMED))) {
    const { filename } = JSON.parse(payload) as { filename?: string }
    const importId = byJob.get(id)
    if (filename !== undefined && importId !== undefined) names.set(importId, shorten(filename, 60))
  }
  return [...names.values()]
}
