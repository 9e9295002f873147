import type { Test } from 'tap'
import {
  createWorld,
  enrollment,
  result,
  school,
  user,
  warningCounts,
  FILES,
  type Tables,
  type World,
} from './bundles.ts'

export const delta = (tables: Tables) => ({
  modes: Object.fromEntries(FILES.map((name) => [name, name in tables ? 'delta' : 'absent'])),
})

/** A school with a second course, of the teacher Una. Ann is in both, Dan only in that one. */
export function twoCourseTables (tables = school()): Tables {
  tables.users!.push(user('una', 'Una', 'Fox', 'T-2'), user('dan', 'Dan', 'Secret', '0099'))
  tables.courses!.push({ ...tables.courses![0]!, sourcedId: 'c9', title: 'Music' })
  tables.classes!.push({ ...tables.classes![0]!, sourcedId: 'p9', title: 'Music', courseSourcedId: 'c9' })
  tables.enrollments!.push(
    enrollment('e-u', 'p9', 'una', 'teacher'),
    enrollment('e-a9', 'p9', 'ann'),
    enrollment('e-d9', 'p9', 'dan')
  )
  tables.lineItems!.push({
    ...tables.lineItems![0]!, sourcedId: 'li-p9', title: 'Song', classSourcedId: 'p9',
  })
  tables.results!.push(result('r9', 'li-p9', 'ann', 3))
  return tables
}

interface TwoCourses {
  world: World
  ted: number
  una: number
  /** A delta of the teacher Ted into Ted's course: its summary, or its errors. */
  byTed: (tables: Tables) => Promise<{ warnings: Record<string, number>, students: unknown } | string[]>
  /** Everything that Ted's import must not change. */
  others: () => Promise<unknown>
}

/** Both courses, imported. Una may not sign in. */
export async function twoCourses (t: Test): Promise<TwoCourses> {
  const world = await createWorld(t)
  const tables = twoCourseTables()
  const una = tables.users!.find(({ sourcedId }) => sourcedId === 'una')!
  una.enabledUser = 'false'
  await world.take(tables)
  const [teds, unas] = await world.books()
  return {
    world,
    ted: teds!.id,
    una: unas!.id,
    async byTed (tables) {
      try {
        const summary = await world.take(tables, { onlyCourseId: teds!.id, ...delta(tables) })
        return { warnings: warningCounts(summary), students: summary.students }
      } catch (error) {
        return [(error as Error).message]
      }
    },
    async others () {
      const records = world.sql(
        `SELECT * FROM roster_records WHERE kind <> 'lineItem' OR parent NOT IN ('p1', 'p2')
          ORDER BY kind, source_id`
      )
      const teachers = world.sql('SELECT * FROM course_teachers ORDER BY id')
      const courses = world.sql(
        'SELECT id, source_id, "grouping", name, school, term, starts_on, ends_on FROM courses ORDER BY id'
      )
      const periods = world.sql('SELECT * FROM periods ORDER BY id')
      const users = world.sql('SELECT * FROM users ORDER BY id')
      const { version, ...book } = (await world.books()).find((one) => one.id === unas!.id)!
      return { records, teachers, courses, periods, users, version, book }
    },
  }
}
