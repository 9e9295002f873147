// The stored roster of a course, and the removal of what only a deleted course used.
import { inParts } from '../in-parts.ts'
import type { Reads, Trx } from '../index.ts'
import type { Row } from '../tables.ts'

type Kind = 'org' | 'session' | 'course' | 'class' | 'user' | 'enrollment' | 'category' | 'lineItem'

/**
 * Removes a course's classes from the stored roster with their enrollments and line items, and what only
 * these referred to: users, categories, courses, orgs, sessions. Without any other course of a roster, the
 * whole roster is removed. Call this before the course is deleted. A course that came from no roster has
 * nothing here.
 */
export async function deleteRosterOfCourse (trx: Trx, courseId: number): Promise<void> {
  const course = await trx
    .selectFrom('courses')
    .select('grouping')
    .where('id', '=', courseId)
    .executeTakeFirst()
  if (course === undefined || course.grouping === null) return
  const other = await trx
    .selectFrom('courses')
    .select('id')
    .where('id', '!=', courseId)
    .where('grouping', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  if (other === undefined) {
    await trx.deleteFrom('roster_records').execute()
    return
  }
  const mayGo = await deleteClasses(trx, courseId)
  // Courses before orgs, which they refer to.
  await deleteUnless(trx, 'user', mayGo.user, { field: 'other', kinds: ['enrollment'] })
  await deleteUnless(trx, 'category', mayGo.category, { field: 'other', kinds: ['lineItem'] })
  await deleteUnless(trx, 'course', mayGo.course, { field: 'parent', kinds: ['class'] })
  await deleteUnless(trx, 'org', mayGo.org, { field: 'other', kinds: ['class', 'course'] })
  const classes = await trx.selectFrom('roster_records').select('body').where('kind', '=', 'class').execute()
  const inUse = new Set(classes.flatMap(({ body }) => termsOf(body)))
  await deleteRecords(
    trx,
    'session',
    [...mayGo.session].filter((id) => !inUse.has(id))
  )
}

/** Deletes classes with everything that belongs to them. Returns what they referred to. */
async function deleteClasses (trx: Trx, courseId: number) {
  const mayGo = {
    user: new Set<string>(),
    category: new Set<string>(),
    course: new Set<string>(),
    org: new Set<string>(),
    session: new Set<string>(),
  }
  const periods = trx
    .selectFrom('periods')
    .innerJoin('courses', 'courses.id', 'periods.course_id')
    .select('periods.source_id')
    .where('courses.grouping', 'is not', null)
  const classes = await trx
    .selectFrom('roster_records')
    .selectAll()
    .where('kind', '=', 'class')
    .where('source_id', 'in', periods.where('course_id', '=', courseId))
    .where('source_id', 'not in', periods.where('course_id', '!=', courseId))
    .execute()
  for (const { source_id: classId, parent, other, body } of classes) {
    if (parent !== null) mayGo.course.add(parent)
    if (other !== null) mayGo.org.add(other)
    for (const term of termsOf(body)) mayGo.session.add(term)
    for (const [kind, target] of [
      ['enrollment', mayGo.user],
      ['lineItem', mayGo.category],
    ] as const) {
      const gone = await trx
        .deleteFrom('roster_records')
        .where('kind', '=', kind)
        .where('parent', '=', classId)
        .returning('other')
        .execute()
      for (const { other } of gone) if (other !== null) target.add(other)
    }
  }
  for (const some of inParts([...mayGo.course])) {
    const orgs = await trx
      .selectFrom('roster_records')
      .select('other')
      .where('kind', '=', 'course')
      .where('source_id', 'in', some)
      .execute()
    for (const { other } of orgs) if (other !== null) mayGo.org.add(other)
  }
  // Also users whose enrollment ended before the course did.
  for (const table of ['students', 'course_teachers'] as const) {
    for (const { source_id: id } of await trx
      .selectFrom(table)
      .select('source_id')
      .where('course_id', '=', courseId)
      .execute()) { mayGo.user.add(id) }
  }
  await deleteRecords(
    trx,
    'class',
    classes.map((record) => record.source_id)
  )
  return mayGo
}

async function deleteUnless (
  trx: Trx,
  kind: Kind,
  ids: ReadonlySet<string>,
  { field, kinds }: { field: 'parent' | 'other'; kinds: Kind[] }
): Promise<void> {
  for (const some of inParts([...ids])) {
    const used = await trx
      .selectFrom('roster_records')
      .select(`${field} as id`)
      .distinct()
      .where('kind', 'in', kinds)
      .where(field, 'in', some)
      .execute()
    const inUse = new Set(used.map(({ id }) => id))
    await deleteRecords(
      trx,
      kind,
      some.filter((id) => !inUse.has(id))
    )
  }
}

async function deleteRecords (trx: Trx, kind: Kind, ids: readonly string[]): Promise<void> {
  for (const some of inParts(ids)) {
    await trx.deleteFrom('roster_records').where('kind', '=', kind).where('source_id', 'in', some).execute()
  }
}

/** The second value of a class's body; see `src/imports/oneroster/roster-files.ts`. */
function termsOf (body: string): string[] {
  return (JSON.parse(body) as [string, string[]])[1]
}

type Found = Pick<Row<'roster_records'>, 'source_id' | 'parent' | 'other' | 'body'>

/** The classes of a course in the stored roster, in the order of its periods; none if it has no roster. */
export async function listClasses (db: Reads | Trx, courseId: number): Promise<Found[]> {
  return await db.selectFrom('periods')
    .innerJoin('courses', 'courses.id', 'periods.course_id')
    .innerJoin('roster_records', (join) => join
      .onRef('roster_records.source_id', '=', 'periods.source_id')
      .on('roster_records.kind', '=', 'class'))
    .select([
      'roster_records.source_id', 'roster_records.parent', 'roster_records.other', 'roster_records.body',
    ])
    .where('periods.course_id', '=', courseId).where('courses.grouping', 'is not', null)
    .orderBy('periods.position').orderBy('periods.id').execute()
}

/** A line item of a task. The values of the roster are null where the roster has it no longer. */
export interface LineItemOfTask {
  source_id: string
  task_id: number
  minimum: number
  number: number
  /** The class. */
  parent: string | null
  /** The category. */
  other: string | null
  body: string | null
}

/** The line items of a course's tasks, in the order of their numbers. */
export async function listLineItems (db: Reads | Trx, courseId: number): Promise<LineItemOfTask[]> {
  return await db.selectFrom('task_sources')
    .leftJoin('roster_records', (join) => join
      .onRef('roster_records.source_id', '=', 'task_sources.source_id')
      .on('roster_records.kind', '=', 'lineItem'))
    .select([
      'task_sources.source_id', 'task_sources.task_id', 'task_sources.minimum', 'task_sources.number',
      'roster_records.parent', 'roster_records.other', 'roster_records.body',
    ])
    .where('task_sources.course_id', '=', courseId).orderBy('task_sources.number').execute()
}

/** Records of the stored roster by their source ids. Those that there are not are left out. */
export async function findRecords (
  db: Reads | Trx, kind: Kind, sourceIds: readonly string[]
): Promise<Map<string, Found>> {
  const found = new Map<string, Found>()
  for (const some of inParts(sourceIds)) {
    const rows = await db.selectFrom('roster_records').select(['source_id', 'parent', 'other', 'body'])
      .where('kind', '=', kind).where('source_id', 'in', some).execute()
    for (const row of rows) found.set(row.source_id, row)
  }
  return found
}

type PackedOrigins = Pick<Row<'student_result_origins'>, 'origins' | 'ids'>

/** Where the cells of students came from, packed: see `src/imports/result-origins.ts`. By student. */
export async function findOrigins (
  db: Reads | Trx, studentIds: readonly number[]
): Promise<Map<number, PackedOrigins>> {
  const found = new Map<number, PackedOrigins>()
  for (const some of inParts(studentIds)) {
    const rows = await db.selectFrom('student_result_origins').select(['student_id', 'origins', 'ids'])
      .where('student_id', 'in', some).execute()
    for (const { student_id: id, ...packed } of rows) found.set(id, packed)
  }
  return found
}
