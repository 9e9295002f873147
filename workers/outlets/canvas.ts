// The grade book that Canvas imports. See docs/outlets.md.
import type { StudentRow } from '../../db/queries/books.ts'
import type { Book } from '../../src/courses/book.ts'
import { distinctHeadings } from './headings.ts'
import type { OutletFacts, OutletRequest } from './outlet.ts'
import { outletTasks, plainLogin, writePointsTable, type OutletTask } from './points-table.ts'

const IDENTITY = ['Student', 'ID', 'SIS User ID', 'SIS Login ID', 'Section']
/** Columns of Canvas that are no assignments. */
const OTHERS = ['Integration ID', 'Root Account', 'Notes', 'LastName', 'FirstName']

/** See `WriteOutlet`. */
export async function writeCanvas (book: Book, request: OutletRequest): Promise<OutletFacts> {
  const { options: { identity }, receipts } = request
  const periods = new Map<number | null, string>(book.periods.map(({ id, name }) => [id, name]))
  const tasks = (await outletTasks(book, request)).filter(({ task }) => {
    if (task.pointsPossible !== null && task.pointsPossible > 0) return true
    receipts.add('no_points', 'Tasks without points possible are not in the file.', { task })
    return false
  })
  return await writePointsTable(book, request, {
    system: 'Canvas',
    head: [
      [...IDENTITY, ...headingsOf(tasks, request)],
      ['Points Possible', '', '', '', '', ...tasks.map(({ task }) => String(task.pointsPossible))],
    ],
    tasks,
    none: '',
    exempt: 'EX',
    isCapped: false,
    cellsBefore (student, { username }) {
      const name = nameOf(student)
      const ids = [
        canvasId(student.grade_book, student.source_id) ?? '',
        student.student_identifier ?? '',
        plainLogin(username ?? student.email, identity),
      ]
      if (ids.every((id) => id === '')) {
        if (name === '') return undefined
        receipts.add('name_only', 'Canvas finds these students by their names only.', { student })
      }
      return [name, ...ids, periods.get(student.period_id) ?? '']
    },
    cellsAfter: [],
  })
}

/** Tasks of Canvas with their ids, so that Canvas makes no second ones; the others with distinct titles. */
function headingsOf (tasks: readonly OutletTask[], { receipts }: OutletRequest): string[] {
  const own = tasks.map(({ task, gradeBook }) => {
    const id = canvasId(gradeBook, task.sourceId, task.title)
    return id === undefined ? undefined : `${task.title} (${id})`
  })
  const others = tasks.flatMap(({ task: { title } }, i) => own[i] === undefined ? [withoutId(title)] : [])
  const taken = own.filter((heading) => heading !== undefined)
  const distinct = distinctHeadings(others, [...IDENTITY, ...OTHERS, ...taken]).values()
  return tasks.map(({ task }, i) => {
    const heading = own[i] ?? distinct.next().value ?? ''
    if (own[i] === undefined) {
      const message = 'Canvas will create these assignments, unless it has one with the same title.'
      receipts.add('will_be_created', message, { task })
      if (heading !== task.title) {
        receipts.add('heading_changed', 'The headings of these tasks are not their titles, which Canvas ' +
          'would take for another column.', { task })
      }
    }
    if (isDropped(heading)) {
      receipts.add('heading_dropped', 'Canvas ignores columns whose heading has Current, Final or Override ' +
        'together with Score, Grade or Points: rename these tasks.', { task })
    }
    return heading
  })
}

/** Canvas takes `Quiz (2)` for the assignment with the id 2. */
function withoutId (title: string): string { return title.replace(/\((\d+)\)(\s*)$/, '[$1]$2') }

/** Whether Canvas drops a column without a word. */
function isDropped (heading: string): boolean {
  return heading.includes('Override Status') ||
    (/current|final|override/i.test(heading) && /score|grade|points/i.test(heading))
}

/**
 * Canvas's own id of a task or student that came from its grade book; see `source-ids.ts` of imports.
 * Undefined: it did not, or its title is all that is known.
 */
function canvasId (gradeBook: string | null, sourceId: string, title?: string): string | undefined {
  if (gradeBook !== 'canvas' || sourceId === title) return undefined
  return /^(?:canvas:)?(\d+)(?: ‹\d+›)?$/.exec(sourceId)?.[1]
}

/** As Canvas sorts names: `Ames, Ann`. */
function nameOf ({ first_name: first, last_name: last }: StudentRow): string {
  return [last, first].filter((part) => part !== null && part !== '').join(', ')
}
