import type { BookSource } from './book-source.ts'
import { Refusal, type Place, type Problems } from './problems.ts'

/**
 * Most things of each kind in one course. No course has nearly as many, and an Excel worksheet ends at 16,384
 * columns. All of a course's headings are on every page of its book, so that without a limit one file makes
 * pages of any size. Students have no limit: pages are cut by student.
 */
const MOST = { tasks: 50_000, categories: 5000, periods: 5000, teachers: 5000 } as const

export type CourseList = keyof typeof MOST

/**
 * Throws Refusal where a list of one course has `count` entries and that is too many. For readers, before
 * they keep them.
 */
export function assertCourseSize (list: CourseList, count: number, place: Place): void {
  if (count > MOST[list]) throw new Refusal(place, tooMany(list))
}

/**
 * The same for a whole course of any format, as an error for each list that is too long. False: there was
 * one.
 */
export function checkCourseSize (book: BookSource, problems: Problems): boolean {
  const lists = (Object.keys(MOST) as CourseList[]).filter((list) => book[list].length > MOST[list])
  for (const list of lists) problems.error(book.place, tooMany(list))
  return lists.length === 0
}

function tooMany (list: CourseList): string {
  return `has more than ${
    MOST[list]
  } ${list} in one course; split the course, or leave out those that are no longer needed`
}
