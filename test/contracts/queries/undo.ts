import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Test } from 'tap'
import type { Database, Reads } from '../../../db/index.ts'
import { insertExport } from '../../../db/queries/exports.ts'
import { insertFile } from '../../../db/queries/files.ts'
import { insertJob } from '../../../db/queries/jobs.ts'
import * as peopleQueries from '../../../db/queries/undo-people.ts'
import * as undoQueries from '../../../db/queries/undo.ts'
import { createWorld, NOW, user } from '../../imports/bundles.ts'
import { delta, twoCourseTables } from '../../imports/two-courses.ts'
import type { Recorded } from './recorder.ts'

/** Which tables an undo reads and writes, and their order. */
const TABLES = {
  imports: 'id', undo_imports: 'import_id', undo_courses: 'import_id, course_id',
  undo_periods: 'import_id, id', undo_categories: 'import_id, id', undo_tasks: 'import_id, id',
  undo_task_sources: 'import_id, course_id, source_id', undo_students: 'import_id, id',
  undo_column_maps: 'import_id, course_id, header_hash', column_maps: 'course_id, header_hash',
  undo_course_teachers: 'import_id, id', undo_teachers_by_hand: 'import_id, course_id, user_id',
  teachers_by_hand: 'course_id, user_id', undo_scores: 'import_id, student_id',
  undo_records: 'import_id, kind, source_id', undo_accounts: 'import_id, user_id', courses: 'id',
  periods: 'id', categories: 'id', tasks: 'id', task_sources: 'course_id, source_id', students: 'id',
  student_scores: 'student_id', student_result_origins: 'student_id', course_teachers: 'id',
  roster_records: 'kind, source_id',
}

/** Imports bundles, and undoes them: what is kept, what is found, and every row afterwards. */
export async function callAboutUndo (db: Database, recorded: Recorded, t: Test): Promise<void> {
  await importThreeTimes(db, t)
  await callOnImports(db, recorded)
}

/** What is kept about people, and how it goes. */
export async function callAboutFormerPeople (db: Database, recorded: Recorded, t: Test): Promise<void> {
  await importThreeTimes(db, t)
  await callOnPeople(db, recorded)
}

/** Two new courses; changes of both; one of them goes. */
async function importThreeTimes (db: Database, t: Test): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-undo-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  const world = await createWorld(t, folder, db.location)
  await world.take(twoCourseTables(), { reference: 'job-1' })
  const tables = twoCourseTables()
  tables.results?.forEach((row) => { row.score = 1 })
  tables.results?.splice(1, 1)
  tables.users?.splice(1, 1, user('ann', 'Änn', 'Lee', '0042'), user('eva', 'Eva', 'Stone', '0050'))
  tables.enrollments?.splice(3, 1)
  await world.take(tables, { allowRemovals: true })
  await world.take({
    classes: [{
      sourcedId: 'p9', status: 'tobedeleted', title: '', courseSourcedId: '', schoolSourcedId: '',
      termSourcedIds: '',
    }],
  }, { ...delta({ classes: [] }), allowRemovals: true })
}

function looking (recorded: Recorded): (db: Reads) => Promise<void> {
  const { state } = recorded({
    async state (db: Reads) {
      const found: Record<string, unknown[]> = {}
      for (const [table, order] of Object.entries(TABLES)) {
        found[table] = (await sql.raw(`SELECT * FROM ${table} ORDER BY ${order}`).execute(db)).rows
      }
      return found
    },
  })
  return async (db) => { await state(db) }
}

async function callOnImports (db: Database, recorded: Recorded): Promise<void> {
  const undo = recorded(undoQueries)
  const look = looking(recorded)
  const { reads } = db
  const ask = async () => {
    for (const id of [1, 2, 3, 4, 9]) {
      await undo.findImport(reads, id)
      await undo.coursesOfImport(reads, id)
      await undo.conflictsOf(reads, id)
      await undo.laterImports(reads, id)
      await undo.jobPayloads(reads, [id])
    }
    await undo.importsByReference(reads, [])
    await undo.importsByReference(reads, ['job-1', 'job-9'])
    await undo.listUndoable(reads, 2)
    await undo.listUndoable(reads, 10)
    await undo.newestImport(reads)
  }
  await ask()
  await look(reads)
  const first = (await reads.selectFrom('courses').select('id').orderBy('id').executeTakeFirstOrThrow()).id
  await db.write(async (trx) => {
    const job = await insertJob(trx, {
      kind: 'x', key: 'x', unique_key: null, state: 'started', owner_type: null, owner_id: null,
      payload: '{}', run_after: 0, created_at: NOW,
    })
    const { id = 0, token = 0 } = job ?? {}
    await undo.isRunning(trx, { jobId: id, token })
    await undo.isRunning(trx, { jobId: id, token: token + 1 })
    await undo.isRunning(trx, { jobId: id + 1, token })
    const file = await insertFile(trx, {
      owner_type: 'course', owner_id: first, category: 'performance-export', filename: 'a.xlsx', hex: 'aa',
      content_type: 'x', size: 1, sha256: 'x', created_at: NOW, created_by: null, expires_at: null,
      removed_at: null, lost_at: null,
    })
    await insertExport(trx, {
      course_id: first, file_id: file.id, job_id: null, options: '{}', data_version: 1, current_until: null,
    })
    await undo.exportedCourses(trx, [])
    await undo.exportedCourses(trx, [first, first + 1])
    await trx.updateTable('files').set({ removed_at: NOW }).execute()
    await undo.exportedCourses(trx, [first])
  })
  const restore = async (
    importId: number, ids: number[], parts: { deleted?: number[], emptied?: number[], isWhole?: boolean } = {}
  ) => {
    const { deleted = [], emptied = [], isWhole = true } = parts
    await db.write(async (trx) => {
      await undo.lockCourses(trx, [])
      await undo.lockCourses(trx, ids)
      const undoId = await undo.insertUndo(trx, { importId, reference: null, summary: '{}', at: NOW })
      await undo.restoreImport(trx, {
        engine: trx.engine, importId, undoId, at: NOW, ids, deleted, emptied, isWhole,
      })
    })
    await ask()
    await look(reads)
  }
  // The last one, which removed a course; one course of the second; and of the first, of which one stays.
  await restore(3, [first + 1])
  await restore(2, [first], { isWhole: false })
  await restore(2, [first + 1])
  await restore(1, [first, first + 1], { deleted: [first + 1], emptied: [first] })
}

async function callOnPeople (db: Database, recorded: Recorded): Promise<void> {
  const people = recorded(peopleQueries)
  const look = looking(recorded)
  const { reads } = db
  const ask = async () => {
    for (const text of ['ann', 'bob', '0043', 'BOB@example.edu', '%', '', 'nobody']) {
      await people.formerSourceIds(reads, text)
      await people.formerRows(reads, text)
    }
    const ids = await reads.selectFrom('undo_scores').select('student_id').distinct().orderBy('student_id')
      .execute()
    for (const { student_id: id } of ids) await people.formerCells(reads, id)
  }
  await ask()
  await look(reads)
  const { id } = await reads.selectFrom('undo_students').select('id').where('source_id', '=', 'ann')
    .orderBy('id').executeTakeFirstOrThrow()
  const former = await people.formerRows(reads, 'ann')
  await db.write(async (trx) => {
    await people.forgetFormer(trx, {
      ...former, sourceId: 'ann', isIdShared: false, studentIds: [id], userIds: [1],
    })
  })
  await ask()
  await look(reads)
  await db.write(async (trx) => {
    const { id: course } = await trx.selectFrom('courses').select('id').executeTakeFirstOrThrow()
    await people.forgetUndoOfCourse(trx, course)
    await people.forgetUnusedUsers(trx)
  })
  await ask()
  await look(reads)
}
