import type { BookSource } from './book-source.ts'
import { importError, type ImportErrorText } from './error-messages.ts'
import { Refusal, type Place, type Problems } from './problems.ts'

/**
 * Most entries of each list in one course. A real course never has nearly as many, and an Excel worksheet
 * ends at 16,384 columns. Every page of a book has all headings of its course, so without a limit a file
 * could make pages of any size. There is no limit for students, since pages are divided by student.
 */
const MOST = { tasks: 50_000, categories: 5000, periods: 5000, teachers: 5000 } as const

export type CourseList = keyof typeof MOST

/**
 * Throws Refusal if `count` entries are too many for a list of one course. For readers, before they keep
 * them.
 */
export function assertCourseSize (list: CourseList, count: number, place: Place): void {
  if (count > MOST[list]) throw new Refusal(place, tooMany(list))
}

/** Adds an error for each list of a course that is too long. Returns whether there was none. */
export function checkCourseSize (book: BookSource, problems: Problems): boolean {
  const lists = (Object.keys(MOST) as CourseList[]).filter((list) => book[list].length > MOST[list])
  for (const list of lists) problems.error(book.place, tooMany(list))
  return lists.length === 0
}

function tooMany (list: CourseList): ImportErrorText {
  return importError(`many_${list}`, { most: MOST[list] })
}
