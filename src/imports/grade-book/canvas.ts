// The grade book export of Canvas: a row of headers, sometimes a row about posting, a row "Points
// Possible", then the students.
import { NAME_MAX, shorten } from '../../short-text.ts'
import type { ColumnReason } from '../columns.ts'
import { importError } from '../error-messages.ts'
import type { ImportRun } from '../import-run.ts'
import { Refusal, type Place, type Problems } from '../problems.ts'
import type { RowVisitor } from '../sources/row-splitter.ts'
import type { TableNumbers } from '../sources/table-numbers.ts'
import { withoutNull } from '../sources/text-values.ts'
import { idOf } from './cell-values.ts'
import type { Grade } from './grade.ts'
import type { GradeBookReading } from './grade-book.ts'
import { GradeColumn } from './grade-column.ts'
import type { FileTasks } from './grade-book-tasks.ts'
import { IdentityColumns, NamedCells } from './identity-columns.ts'
import { nameOf } from './person-name.ts'

const IDENTITY = new IdentityColumns({
  student: 'identity_name',
  lastname: 'identity_last_name',
  firstname: 'identity_first_name',
  id: 'identity_system_id',
  'sis user id': 'identity_student_id',
  'sis login id': 'identity_login',
  section: 'identity_period',
  'integration id': 'left_out',
  'root account': 'left_out',
  notes: 'left_out',
})
/**
 * Totals of groups and of the course, and their overrides. With grading periods, the period's title follows
 * in parentheses.
 */
const TOTAL = /(^| )(current|final|unposted|override) (score|points|grade|status)( \(.*\))?$/is
/** An assignment, with its number. */
const ASSIGNMENT = /^(.*\S)\s*\((\d+)\)$/s
/** "(read only)" in the language of the user. */
const IN_PARENTHESES = /^\(.*\)$/s

interface TaskColumn {
  at: number
  grades: GradeColumn
  /** Number of the task in this import. */
  task: number
}

/**
 * Takes the header of a file and returns the visitor of its rows, which throws Refusal without "Points
 * Possible".
 */
export function readCanvas (
  names: string[], header: number, { book, file, numbers, run }: GradeBookReading
): RowVisitor {
  const fileNumber = run.fileNumber(file)
  const cells = new NamedCells(names)
  let tasks: TaskColumn[] | undefined
  const visit = (fields: string[], line: number) => {
    const place = { file: file.name, line }
    const value = (name: string) => cells.value(fields, name)
    if (tasks === undefined) {
      if (fields[0]?.trim().toLowerCase() === 'points possible') {
        tasks = taskColumns(names, fields, { tasks: book.file('canvas', file), place, numbers, run })
      } else if (value('id') !== null) {
        throw new Refusal(place, importError('student_before_points'))
      }
      return
    }
    const { firstName, lastName } = nameOf({
      whole: value('student'), first: value('firstname'), last: value('lastname'),
    })
    if (value('sis user id') === null && isTestStudent(`${firstName} ${lastName}`, value('sis login id'))) {
      run.problems.warn('row_of_no_student', place)
      return
    }
    const id = (name: string) => idOf(cells.cell(fields, name), name, place, run.problems)
    const [ownId, studentIdentifier, login] = [id('id'), id('sis user id'), id('sis login id')]
    const grades = tasks.map(({ at, task, grades }) => {
      return { task, grade: gradeOf(withoutNull((fields[at] ?? '').trim()), grades, place, run.problems) }
    })
    book.row({
      system: 'canvas',
      ids: [ownId, studentIdentifier, login].filter((one) => one !== null),
      logins: login === null ? [] : [login],
      firstName,
      lastName,
      studentIdentifier,
      email: login?.includes('@') === true ? login : null,
      section: value('section'),
    }, grades, { file, fileNumber, line })
  }
  return Object.assign(visit, {
    end () {
      for (const { grades } of tasks ?? []) grades.end(run.problems)
      if (tasks !== undefined) return
      throw new Refusal({ file: file.name, line: header }, importError('no_points_row'))
    },
  })
}

interface ColumnsOptions {
  tasks: FileTasks
  place: Place
  numbers: TableNumbers
  run: ImportRun
}

/** Decides how each column is used by its header and its points possible, and notes it. */
function taskColumns (
  names: string[], row: string[], { tasks, place, numbers, run }: ColumnsOptions
): TaskColumn[] {
  const found: TaskColumn[] = []
  const points = names.map((_, at) => (row[at] ?? '').trim())
  // Custom columns come before the assignments.
  const firstPoints = names.findIndex((name, at) =>
    !IDENTITY.has(name) && numbers.of(points[at] ?? '') !== undefined)
  IDENTITY.note(names, run.columns, (name, at) => {
    const leaveOut = (reason: ColumnReason) => { run.columns.add(name, 'left_out', reason) }
    if (name === '') return leaveOut('no_title')
    const text = points[at] ?? ''
    const possible = numbers.of(text)
    const assignment = ASSIGNMENT.exec(name)
    if (IN_PARENTHESES.test(text)) return leaveOut('read_only')
    if (name.length <= NAME_MAX && TOTAL.test(name) && (assignment === null || possible === undefined)) {
      return leaveOut('total')
    }
    if (assignment === null && possible === undefined) return leaveOut('no_points')
    if (text === '' && at < firstPoints) return leaveOut('custom')
    if (possible === undefined && text !== '') {
      const expected = numbers.expected(text, 'a number such as 7.5')
      const found = { title: shorten(name), value: shorten(text), expected }
      run.problems.error(place, importError('points_possible', found))
    }
    const [, title = name, id = null] = assignment ?? []
    const grades = new GradeColumn({ title, numbers, alsoExpected: 'EX or a blank cell' })
    found.push({ at, grades, task: tasks.add(id, title, possible ?? null) })
    run.columns.add(name, 'task_points', possible === undefined ? 'no_points' : null)
  })
  return found
}

/** In any language, Canvas gives its test student a login of 40 digits. */
function isTestStudent (name: string, login: string | null): boolean {
  return name === 'Test Student' || /^[0-9a-f]{40}$/.test(login ?? '')
}

function gradeOf (text: string, grades: GradeColumn, place: Place, problems: Problems): Grade {
  if (text === '' || text === '-' || text.toUpperCase() === 'N/A') return null
  if (text.toUpperCase() === 'EX') return 'exempt'
  return grades.grade(text, place, problems)
}
