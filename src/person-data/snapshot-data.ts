import { exportsWithSnapshot } from '../../db/queries/snapshots.ts'
import { STATUSES, STATUS_MASK } from '../courses/packed-cells.ts'
import { isoTime } from '../iso-time.ts'
import { formerRow } from '../snapshots/former-row.ts'
import { openSnapshot } from '../snapshots/snapshot.ts'
import type { PersonalData } from './store.ts'

/** What exports read about the person. An erasure deletes the exports of their courses, see `FILE_DATA`. */
export const SNAPSHOT_DATA: PersonalData = {
  name: 'export_snapshots',
  columns: {
    'export_snapshots.bytes': 'names, ids and scores that an export read',
  },
  async read ({ students }, { db }) {
    const found: unknown[] = []
    for (const { id, course_id: courseId } of students) {
      for (const exportId of await exportsWithSnapshot(db, courseId)) {
        const snapshot = await openSnapshot(db, exportId)
        const student = await snapshot?.find(id)
        if (snapshot === undefined || student === undefined) continue
        const { cells, scores } = formerRow(snapshot)(student)
        found.push({
          export_id: exportId,
          course_id: courseId,
          read_at: isoTime(snapshot.readAt),
          source_id: student.source_id,
          first_name: student.first_name,
          last_name: student.last_name,
          student_identifier: student.student_identifier,
          email: student.email,
          period: snapshot.periods.find((period) => period.id === student.period_id)?.name ?? null,
          is_dropped: student.is_dropped === 1,
          tasks: snapshot.tasks.flatMap(({ title, slot }, j) =>
            cells.isGiven(slot)
              ? [{
                  task: title,
                  status: STATUSES[((cells.marks[slot] ?? 0) & STATUS_MASK) - 1] ?? null,
                  score: orNull(scores[j]),
                  points: orNull(cells.points[slot]),
                }]
              : []
          ),
        })
      }
    }
    return found
  },
  erase: async () => ({}),
}

function orNull (value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value
}
