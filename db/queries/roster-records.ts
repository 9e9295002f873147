// Removes from the stored roster what only a deleted course used.
import type { Trx } from '../index.ts'

/** SQLite accepts at most 32,766 values in one statement. */
const VALUES_AT_ONCE = 500

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

function * inParts<T> (all: readonly T[]): Generator<T[]> {
  for (let i = 0; i < all.length; i += VALUES_AT_ONCE) yield all.slice(i, i + VALUES_AT_ONCE)
}
