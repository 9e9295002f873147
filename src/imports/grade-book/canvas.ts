// The grade book export of Canvas: a row of headers, perhaps a row about posting, a row "Points Possible",
// then the students.
import { NAME_MAX, shorten } from '../../short-text.ts'
import type { ColumnReason, ColumnUse } from '../columns.ts'
import { Refusal } from '../problems.ts'
import type { RowVisitor } from '../sources/csv-rows.ts'
import type { ImportRun } from '../import-run.ts'
import type { SourceFile } from '../sources/source-files.ts'
import type { Grade, GradeBook } from './grade-book.ts'
import type { FileTasks } from './grade-book-tasks.ts'
import { gradeNumber } from './grade-number.ts'
import { idOf } from './id-text.ts'

const PERSON_COLUMNS: Readonly<Record<string, ColumnUse>> = {
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
}
/**
 * Totals of groups and of the course, and what overrides them; with grading periods the period's title
 * follows in parentheses.
 */
const TOTAL = /(^| )(current|final|unposted|override) (score|points|grade|status)( \(.*\))?$/is
/** An assignment, with its number. */
const ASSIGNMENT = /^(.*\S)\s*\((\d+)\)$/s
/** "(read only)" in the language of the user. */
const IN_PARENTHESES = /^\(.*\)$/s

interface TaskColumn {
  at: number
  task: number
  title: string
}

/**
 * Takes the header of a file and returns what takes its rows. Throws Refusal where the row "Points Possible"
 * is missing.
 */
export function readCanvas (
  names: string[],
  header: number,
  { book, file, run }: { book: GradeBook, file: SourceFile, run: ImportRun }
): RowVisitor {
  const fileNumber = run.fileNumber(file)
  const columns = new Map<string, number>()
  names.forEach((name, i) => {
    if (!columns.has(name.toLowerCase())) columns.set(name.toLowerCase(), i)
  })
  let tasks: TaskColumn[] | undefined
  const visit = (fields: string[], line: number) => {
    const value = (name: string) => {
      const text = fields[columns.get(name) ?? -1]?.trim() ?? ''
      return text === '' ? null : text
    }
    if (tasks === undefined) {
      if (fields[0]!.trim().toLowerCase() !== 'points possible') {
        if (value('id') !== null) {
          throw new Refusal(
            { file: file.name, line },
            'is a student, expected the row "Points Possible" first; export the whole grade book'
          )
        }
        return
      }
      tasks = taskColumns(names, fields, { tasks: book.file('canvas', file), file, line, run })
      return
    }
    const [lastName, firstName] = nameOf(value('student') ?? '', value('lastname'), value('firstname'))
    if (`${firstName ?? ''} ${lastName ?? ''}` === 'Test Student' && value('sis user id') === null) {
      run.problems.warn('row_of_no_student', { file: file.name, line })
      return
    }
    const id = (name: string) => idOf(fields[columns.get(name) ?? -1], name, { file: file.name, line }, run)
    const [ownId, studentIdentifier, login] = [id('id'), id('sis user id'), id('sis login id')]
    const grades = tasks.map(({ at, task, title }) => ({
      task,
      grade: gradeOf(fields[at]!.trim(), title, { file, line, run }),
    }))
    book.row(
      {
        system: 'canvas',
        ids: [ownId, studentIdentifier, login].filter((one) => one !== null),
        logins: login === null ? [] : [login],
        firstName,
        lastName,
        studentIdentifier,
        email: login?.includes('@') === true ? login : null,
        section: value('section'),
      },
      grades,
      { file, fileNumber, line }
    )
  }
  return Object.assign(visit, {
    end () {
      if (tasks === undefined) {
        throw new Refusal(
          { file: file.name, line: header },
          'has no row "Points Possible"; export the whole grade book'
        )
      }
    },
  })
}

/** Decides on each column by its header and its points possible, and notes the decision. */
function taskColumns (
  names: string[],
  points: string[],
  { tasks, file, line, run }: { tasks: FileTasks, file: SourceFile, line: number, run: ImportRun }
): TaskColumn[] {
  const taken: TaskColumn[] = []
  const seen = new Set<string>()
  // Custom columns come before the assignments.
  const firstPoints = names.findIndex((
    name,
    at
  ) => !isPerson(name) && gradeNumber(points[at]!.trim()) !== undefined)
  names.forEach((name, at) => {
    const lower = name.toLowerCase()
    const leaveOut = (reason: ColumnReason) => {
      run.columns.add(name, 'left_out', reason)
    }
    if (isPerson(name)) {
      const use = PERSON_COLUMNS[lower]!
      if (seen.has(lower)) leaveOut('twice')
      else run.columns.add(name, use, use === 'left_out' ? 'not_used' : null)
      seen.add(lower)
      return
    }
    if (name === '') return leaveOut('no_title')
    const text = points[at]!.trim()
    const possible = gradeNumber(text)
    const match = ASSIGNMENT.exec(name)
    if (IN_PARENTHESES.test(text)) return leaveOut('read_only')
    if (name.length <= NAME_MAX && TOTAL.test(name) && (match === null || possible === undefined)) {
      return leaveOut('total')
    }
    if (match === null && possible === undefined) return leaveOut('no_points')
    if (text === '' && at < firstPoints) return leaveOut('custom')
    if (possible === undefined && text !== '') {
      run.problems.error(
        { file: file.name, line },
        `points possible of ${shorten(name)} are "${shorten(text)}", expected a number such as 7.5`
      )
    }
    const title = match?.[1] ?? name
    taken.push({ at, title, task: tasks.add(match?.[2] ?? null, title, possible ?? null) })
    run.columns.add(name, 'task_points', possible === undefined ? 'no_points' : null)
  })
  return taken
}

function isPerson (name: string): boolean {
  return Object.hasOwn(PERSON_COLUMNS, name.toLowerCase())
}

function gradeOf (
  text: string,
  title: string,
  { file, line, run }: { file: SourceFile, line: number, run: ImportRun }
): Grade {
  if (text === '' || text === '-' || text.toUpperCase() === 'N/A') return null
  if (text.toUpperCase() === 'EX') return 'exempt'
  const points = gradeNumber(text)
  if (points !== undefined) return { points }
  run.problems.error(
    { file: file.name, line },
    `${shorten(title)} is "${shorten(text)}", expected a number such as 7.5, EX or nothing`
  )
  return null
}

/** `Last, First`, or columns of their own. */
function nameOf (
  student: string,
  last: string | null,
  first: string | null
): [last: string | null, first: string | null] {
  if (last !== null || first !== null) return [last, first]
  const comma = student.indexOf(',')
  const parts = comma === -1 ? [student, ''] : [student.slice(0, comma), student.slice(comma + 1)]
  return parts.map((part) => part.trim() === '' ? null : part.trim()) as [string | null, string | null]
}
