// What a guess about a table needs to know of a course: whose ids and names are in it, and what there is to
// fill in.
import type { Book } from '../../src/courses/book.ts'
import type { MatchBy } from '../../src/fill-in/fill-in-options.ts'
import { readRoster } from './roster.ts'

/** In the order in which they are preferred. */
const MATCH_BY: readonly MatchBy[] = ['student_identifier', 'email', 'source_id', 'name']

export interface GuessBasis {
  tasks: ReadonlyArray<{ id: number, title: string }>
  hasGrades: boolean
  /** What a text identifies a student by. */
  identities: (text: string) => MatchBy[]
}

/** Reads the students of the book once. */
export async function guessBasis (book: Book): Promise<GuessBasis> {
  const rosters = await readRoster(book, { match: MATCH_BY.map((by) => ({ column: '', by })), fill: [] })
  return {
    tasks: book.tasks.map(({ id, title }) => ({ id, title })),
    hasGrades: book.course.gradingScale.length > 0,
    identities: (text) => text.trim() === '' ? [] : MATCH_BY.filter((by) => rosters.isKnown(text, by)),
  }
}
