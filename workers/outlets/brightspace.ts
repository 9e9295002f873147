// A table of points that Brightspace (D2L) imports. See docs/outlets.md.
import type { StudentRow } from '../../db/queries/books.ts'
import type { Book } from '../../src/courses/book.ts'
import { distinctHeadings } from './headings.ts'
import type { OutletFacts, OutletRequest } from './outlet.ts'
import { outletTasks, plainLogin, writePointsTable } from './points-table.ts'

/** Characters that the name of a grade item of Brightspace cannot have. */
const NOT_IN_NAMES = /[/"*<>+=|,%\s]+/g

/** See `WriteOutlet`. */
export async function writeBrightspace (book: Book, request: OutletRequest): Promise<OutletFacts> {
  const { options: { identity }, receipts } = request
  const tasks = await outletTasks(book, request)
  const titles = tasks.map(({ task, gradeBook }) => {
    return gradeBook === 'brightspace' ? task.title : task.title.replace(NOT_IN_NAMES, ' ').trim() || 'Task'
  })
  const names = distinctHeadings(titles, [])
  for (const [i, { task, gradeBook }] of tasks.entries()) {
    if (gradeBook !== 'brightspace') {
      receipts.add('will_be_created', 'Brightspace will create these grade items if you let it: they did ' +
        'not come from it.', { task })
    }
    if (names[i] !== task.title) {
      receipts.add('heading_changed', 'Brightspace cannot have these titles as they are: it does not allow ' +
        'some characters, or two grade items of one name.', { task })
    }
  }
  return await writePointsTable(book, request, {
    system: 'Brightspace',
    head: [[
      'OrgDefinedId', 'Username', ...names.map((name) => `${name} Points Grade`), 'End-of-Line Indicator',
    ]],
    tasks,
    none: '',
    isCapped: true,
    cellsBefore (student, { username }) {
      const ids = [student.student_identifier ?? '', plainLogin(username ?? loginOf(student), identity)]
      return ids.every((id) => id === '') ? undefined : ids
    },
    cellsAfter: ['#'],
  })
}

/** The user name of a student who came from Brightspace without an id, else an email address. */
function loginOf (student: StudentRow): string | null {
  const { grade_book: system, source_id: id, student_identifier: own, email } = student
  if (own !== null) return null
  return system === 'brightspace' ? id.replace(/^brightspace:/, '').replace(/ ‹\d+›$/, '') : email
}
