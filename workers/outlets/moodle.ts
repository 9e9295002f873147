// A table of points that Moodle imports. See docs/outlets.md.
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
  /** Ids of students who have none. */
  const without = { idnumber: new Array<number>(), email: new Array<number>() }
  const facts = await writePointsTable(book, request, {
    system: 'Moodle',
    head: [[...IDENTITY, ...headings]],
    tasks,
    isCapped: true,
    cellsBefore ({ id, student_identifier: identifier, email }) {
      if (identifier === null && email === null) return undefined
      if (identifier === null) without.idnumber.push(id)
      if (email === null) without.email.push(id)
      return [identifier ?? '', email ?? '']
    },
    cellsAfter: [],
  })
  // Moodle matches all rows by one column.
  const key = without.email.length < without.idnumber.length ? 'email' : 'idnumber'
  for (const id of without[key]) {
    receipts.add('not_matched', `Moodle cannot find these students by ${key}.`, { student: { id } })
  }
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
