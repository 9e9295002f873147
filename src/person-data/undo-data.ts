import { forgetFormer, formerCells } from '../../db/queries/undo-people.ts'
import { CellReader, STATUSES, STATUS_MASK } from '../courses/packed-cells.ts'
import type { PersonalData } from './store.ts'

/** What is kept of the person as they were before an import, so that it can be undone. */
export const UNDO_DATA: PersonalData = {
  name: 'before_imports',
  columns: {
    'undo_students.source_id': 'id in the source of the course',
    'undo_students.first_name': 'name',
    'undo_students.last_name': 'name',
    'undo_students.student_identifier': "the school's number of the student",
    'undo_students.email': 'email address',
    'undo_students.dropped_on': 'when they left the course',
    'undo_students.pseudonym': 'what stood for the student in files without names',
    'undo_scores.cells': 'scores, points, statuses and times',
    'undo_scores.origins': 'which result of which line item each score is',
    'undo_scores.ids': 'ids of these results in the source of the course',
    'undo_course_teachers.source_id': 'id in the source of the course',
    'undo_teachers_by_hand.source_id': 'id in the source of the course',
    'undo_course_teachers.email': 'email address',
    'undo_course_teachers.email_key': 'email address',
    'undo_course_teachers.first_name': 'name',
    'undo_course_teachers.last_name': 'name',
    'undo_records.kind': 'what the record is: a user or an enrollment',
    'undo_records.source_id': 'id of the user, or of the enrollment',
    'undo_records.parent': 'class of the enrollment',
    'undo_records.other': 'user of the enrollment',
    'undo_records.body': 'as in `roster_records`',
    'undo_accounts.disabled_by': "id of the roster's user who disabled the account",
    'undo_accounts.disabled_by_after': "id of the roster's user who disabled the account",
  },
  async read ({ former, students }, { db }) {
    const ids = new Set([...students, ...former.students].map((row) => row.id))
    const scores: unknown[] = []
    const cells = new CellReader()
    for (const id of ids) {
      for (const { cells: row, titles, ...place } of await formerCells(db, id)) {
        cells.load(row)
        const tasks: unknown[] = []
        for (let slot = 0; slot < cells.length; slot++) {
          if (!cells.isGiven(slot)) continue
          const points = cells.points[slot]
          tasks.push({
            task: titles.get(slot) ?? null,
            status: STATUSES[((cells.marks[slot] ?? 0) & STATUS_MASK) - 1] ?? null,
            points: points === undefined || Number.isNaN(points) ? null : points,
          })
        }
        scores.push({ ...place, tasks })
      }
    }
    return {
      students: former.students.map(({ position: _, grade_book: _system, ...row }) => row),
      records: former.records.map(({ is_due: _, body, ...row }) => ({
        ...row, body: body === null ? null : JSON.parse(body) as unknown,
      })),
      scores,
    }
  },
  async erase (trx, { former, sourceId, isIdShared, students, accounts }) {
    const deleted = await forgetFormer(trx, {
      ...former,
      sourceId,
      isIdShared,
      studentIds: students.map((row) => row.id),
      userIds: accounts.filter((user) => user.role === 'student').map((user) => user.id),
    })
    const counts: Record<string, number> = deleted === 0 ? {} : { before_imports: deleted }
    return counts
  },
}
