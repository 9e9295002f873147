import { makeBookDatabase, type CourseDescription } from '../../support/book-database.ts'
import { CATEGORIES, points, POSSIBLE, texts } from './content.ts'

/** Makes a database on disk with the content that all writers write. */
export async function makeBenchDatabase (database: string, students: number, tasks: number): Promise<void> {
  await makeBookDatabase(database, benchBook(students, tasks))
}

/** The content that all writers write, as a course. */
export function benchBook (students: number, tasks: number): CourseDescription {
  return {
    name: 'Bench',
    categories: Array.from(
      { length: CATEGORIES },
      (_, c) => ({ name: `Category ${c + 1}`, weight: 1 / CATEGORIES })
    ),
    tasks: Array.from(
      { length: tasks },
      (_, j) => ({
        title: `Task ${j + 1}`,
        category: j % CATEGORIES,
        pointsPossible: POSSIBLE[j % POSSIBLE.length]!,
      })
    ),
    students: (function * () {
      for (let i = 0; i < students; i++) {
        const [lastName, firstName, identifier, email] = texts(i)
        const cells = Array.from({ length: tasks }, (_, j) => {
          const p = points(i, j)
          return p >= 0 ? p : p === -1 ? undefined : { status: 'in_progress' as const }
        })
        yield { lastName, firstName, identifier, email, cells }
      }
    })(),
  }
}
