import type { CourseDescription, StudentDescription } from '../support/book-database.ts'

const DAY_MS = 86_400_000
const TERM = Date.UTC(2015, 1, 2, 14)

/**
 * A course with something of everything: periods, categories, marks, statuses, dropped students, names of
 * several scripts.
 */
export function sampleCourse (
  { students = 24, tasks = 12, ...rest }:
    & { students?: number, tasks?: number }
    & Omit<CourseDescription, 'students' | 'tasks'> = {}
): CourseDescription {
  return {
    name: 'Physics I',
    sourceId: 'physics-1',
    school: 'Northfield High School',
    term: 'Spring 2015',
    timeZone: 'America/New_York',
    periods: ['1st', '2nd'],
    categories: [{ name: 'Homework', weight: 0.6 }, { name: 'Reading', weight: 0.4 }],
    tasks: Array.from({ length: tasks }, (_, i) => ({
      title: i % 3 === 2 ? `Reading ${i + 1}: Newton's laws of motion` : `Homework ${i + 1}`,
      category: i % 3 === 2 ? 1 : 0,
      type: i % 3 === 2 ? 'reading' as const : 'homework' as const,
      dueAt: TERM + i * 7 * DAY_MS,
      pointsPossible: i === 4 ? null : 20,
    })),
    students: Array.from({ length: students }, (_, s) => student(s, tasks)),
    ...rest,
  }
}

const FIRST = ['Ana', 'Ben', 'Chidi', 'Dora', 'Eve', 'Femi', 'ليلى', '美咲', 'Zoë', 'José']
const LAST = ['Alvarez', 'Baker', 'Okafor', 'Novák', 'Quist', 'Adeyemi', 'حداد', '田中', 'Ångström', 'Muñoz']

function student (s: number, tasks: number): StudentDescription {
  return {
    firstName: `${FIRST[s % 10]}`,
    lastName: `${LAST[(s * 7 + Math.floor(s / 10)) % 10]}${s < 10 ? '' : ` ${s}`}`,
    identifier: String(1000 + s),
    period: s % 2,
    ...(s % 11 === 7 ? { isUnenrolled: true } : {}),
    cells: Array.from({ length: tasks }, (_, j): NonNullable<StudentDescription['cells']>[number] => {
      const roll = (s * 31 + j * 17) % 23
      if (roll === 0) return undefined
      if (roll === 1) return { status: 'missing' as const }
      if (roll === 2) return { status: 'exempt' as const }
      if (roll === 3) return { status: 'in_progress' as const }
      const points = 8 + (s * 11 + j * 5) % 13
      if (roll === 4) {
        return {
          status: 'completed' as const,
          points,
          isLate: true,
          submittedAt: { ms: TERM + j * 7 * DAY_MS + DAY_MS, isPlainDate: false },
        }
      }
      if (roll === 5) return { status: 'completed' as const, points, isProvisional: true }
      if (roll === 6) return { status: 'completed' as const, points, isLate: true, isProvisional: true }
      return points
    }),
  }
}
