// A table of points that Moodle imports. See docs/outlets.md.
import { countIdentifiers } from '../../db/queries/books.ts'
import type { Book } from '../../src/courses/book.ts'
import type { Choice } from '../../src/exports/receipts.ts'
import { distinctHeadings } from './headings.ts'
import type { OutletFacts, OutletRequest } from './outlet.ts'
import { outletTasks, writePointsTable } from './points-table.ts'

const IDENTITY = ['idnumber', 'email']

/** See `WriteOutlet`. */
export async function writeMoodle (book: Book, request: OutletRequest): Promise<OutletFacts> {
  const { receipts } = request
  const tasks = await outletTasks(book, request)
  const headings = distinctHeadings(tasks.map(({ task }) => task.title), IDENTITY)
  for (const [i, { task, gradeBook }] of tasks.entries()) {
    if (gradeBook !== 'moodle') {
      receipts.add('will_be_created', 'Moodle will create these grade items, unless you choose others for ' +
        'them: they did not come from it.', { task })
    }
    if (headings[i] !== task.title) {
      receipts.add('heading_changed', 'Another column has the same heading: these have a number.', { task })
    }
  }
  const key = await keyOf(book, request)
  const facts = await writePointsTable(book, request, {
    system: 'Moodle',
    head: [[...IDENTITY, ...headings]],
    tasks,
    // A blank cell of a new grade item would become 0.
    none: '-',
    isCapped: true,
    mostPoints: 100,
    cellsBefore ({ student_identifier: identifier, email }) {
      // Moodle would give the row of a student without one to the student before.
      if ((key === 'email' ? email : identifier) === null) return undefined
      return [identifier ?? '', email ?? '']
    },
    cellsAfter: [],
  })
  const choices: Choice[] = [
    { field: 'Map from', choice: key },
    { field: 'Map to', choice: key === 'email' ? 'Email address' : 'ID number' },
    ...IDENTITY.map((field) => ({ field, choice: 'Ignore' })),
    ...tasks.map(({ task, gradeBook }, i) => ({
      field: headings[i] ?? '',
      choice: gradeBook === 'moodle' ? task.title : 'New grade item',
    })),
  ]
  return { ...facts, choices }
}

/** The column by which Moodle finds students: all of them by one. More of them have it than the other. */
async function keyOf (
  { course, period }: Book, { options, snapshot }: OutletRequest
): Promise<'idnumber' | 'email'> {
  if (options.identity === 'ids') return 'idnumber'
  const { identifiers, emails } = await countIdentifiers(snapshot, course.id, period?.id)
  return emails > identifiers ? 'email' : 'idnumber'
}
