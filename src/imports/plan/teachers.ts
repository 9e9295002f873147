import { emailKey } from '../../../db/queries/accounts.ts'
import type { Row } from '../../../db/tables.ts'
import { inOrder, type CoursePlanning } from './planning.ts'

/** Plans which teachers see a course. */
export function planTeachers ({ book, staging, changed }: CoursePlanning): void {
  const live = book.live === null ? [] : staging.live.teachers(book.live.id)
  const bySource = new Map(live.map((row) => [row.source_id, row]))
  const named = new Set(book.teachers.map((teacher) => teacher.sourceId))
  const isKept = (row: Row<'course_teachers'>) => named.has(row.source_id) ||
    !(book.isFull || book.isGone.teacher(row))
  const others = live.filter((row) => !named.has(row.source_id) && isKept(row)).map((row) => ({
    sourceId: row.source_id,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    isEnabled: row.is_enabled === 1,
  }))
  const final = inOrder([...book.teachers, ...others], {
    isFull: book.isFull,
    positionOf: ({ sourceId }) => bySource.get(sourceId)?.position,
  })
  for (const [position, teacher] of final.entries()) {
    const row = bySource.get(teacher.sourceId)
    const part = {
      course: book.number,
      live_id: row?.id ?? null,
      source_id: teacher.sourceId,
      position,
      email: teacher.email,
      email_key: teacher.email === null ? null : emailKey(teacher.email),
      first_name: teacher.firstName,
      last_name: teacher.lastName,
      is_enabled: teacher.isEnabled ? 1 as const : 0 as const,
    }
    if (row === undefined) {
      staging.plan.teacher({ ...part, op: 'insert' })
    } else if (row.position !== position || row.email !== part.email || row.first_name !== part.first_name ||
      row.last_name !== part.last_name || row.is_enabled !== part.is_enabled) {
      staging.plan.teacher({ ...part, op: 'update' })
    } else {
      continue
    }
    changed()
  }
  for (const row of live) {
    if (isKept(row)) continue
    staging.plan.teacher({
      course: book.number,
      live_id: row.id,
      op: 'delete',
      source_id: row.source_id,
      position: row.position,
      email: null,
      email_key: null,
      first_name: null,
      last_name: null,
      is_enabled: 0,
    })
    changed()
  }
}
