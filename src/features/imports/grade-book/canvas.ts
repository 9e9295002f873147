// The grade book export of Canvas: a row of headers, perhaps a row about posting, a row "Points Possible", then the students.
import { shorten } from '../../../short-text.ts'
import { Refusal } from '../problems.ts'
import type { RowVisitor } from '../csv-rows.ts'
import type { ImportRun } from '../import-run.ts'
import type { SourceFile } from '../source-files.ts'
import type { Grade, GradeBook } from './grade-book.ts'
import { gradeNumber } from './grade-number.ts'

const PERSON_COLUMNS = new Set(['student', 'id', 'sis user id', 'sis login id', 'integration id', 'root account', 'section', 'firstname', 'lastname', 'notes'])
/** Totals of groups and of the course; in other languages they are known by having no points possible. */
const TOTAL = /(^| )(unposted )?(current|final|override) (score|points|grade|status)$/i
/** An assignment, with its number. */
const ASSIGNMENT = /^(.*\S)\s*\((\d+)\)$/s

export function isCanvas (names: string[]): boolean {
  const lower = new Set(names.map((name) => name.toLowerCase()))
  return lower.has('student') && lower.has('id') && lower.has('section')
}

/** Takes the header of a file and answers with what takes its rows. */
export function readCanvas (names: string[], header: number, { book, file, run }: { book: GradeBook, file: SourceFile, run: ImportRun }): RowVisitor {
  const fileNumber = run.fileNumber(file)
  const columns = new Map(names.map((name, i) => [name.toLowerCase(), i]))
  let tasks: Array<{ at: number, task: number, title: string }> | undefined
  const visit = (fields: string[], line: number) => {
    const value = (name: string) => {
      const text = fields[columns.get(name) ?? -1]?.trim() ?? ''
      return text === '' ? null : text
    }
    if (tasks === undefined) {
      if (fields[0]!.trim().toLowerCase() !== 'points possible') {
        if (value('id') !== null) throw new Refusal({ file: file.name, line }, 'is a student, expected the row "Points Possible" first; export the whole grade book')
        return
      }
      tasks = taskColumns(names, fields, { book, file, line, run })
      return
    }
    const [lastName, firstName] = nameOf(value('student') ?? '', value('lastname'), value('firstname'))
    if (`${firstName ?? ''} ${lastName ?? ''}` === 'Test Student' && value('sis user id') === null) {
      run.problems.warn('row_of_no_student', { file: file.name, line })
      return
    }
    const login = value('sis login id')
    const grades = tasks.map(({ at, task, title }) => ({ task, grade: gradeOf(fields[at]!.trim(), title, { file, line, run }) }))
    book.row({
      ids: [value('id'), value('sis user id'), login].filter((id) => id !== null),
      firstName,
      lastName,
      studentIdentifier: value('sis user id'),
      email: login?.includes('@') === true ? login : null,
      section: value('section'),
    }, grades, file, fileNumber, line)
  }
  return Object.assign(visit, {
    end () {
      if (tasks === undefined) throw new Refusal({ file: file.name, line: header }, 'has no row "Points Possible"; export the whole grade book')
    },
  })
}

function taskColumns (names: string[], points: string[], { book, file, line, run }: { book: GradeBook, file: SourceFile, line: number, run: ImportRun }): Array<{ at: number, task: number, title: string }> {
  return names.flatMap((name, at) => {
    if (name === '' || PERSON_COLUMNS.has(name.toLowerCase())) return []
    const match = ASSIGNMENT.exec(name)
    const text = points[at]!.trim()
    const possible = gradeNumber(text)
    // "(read only)", in whatever language: a total.
    if (match === null && (possible === undefined || TOTAL.test(name))) return []
    if (possible === undefined && text !== '' && !/^\(.*\)$/.test(text)) run.problems.error({ file: file.name, line }, `points possible of ${shorten(name)} are "${shorten(text)}", expected a number such as 7.5`)
    const title = match?.[1] ?? name
    return [{ at, title, task: book.task(match?.[2] ?? name, title, possible ?? null) }]
  })
}

function gradeOf (text: string, title: string, { file, line, run }: { file: SourceFile, line: number, run: ImportRun }): Grade {
  if (text === '' || text === '-' || text.toUpperCase() === 'N/A') return null
  if (text.toUpperCase() === 'EX') return 'exempt'
  const points = gradeNumber(text)
  if (points !== undefined) return { points }
  run.problems.error({ file: file.name, line }, `${shorten(title)} is "${shorten(text)}", expected a number such as 7.5, EX or nothing`)
  return null
}

/** `Last, First`, or columns of their own. */
function nameOf (student: string, last: string | null, first: string | null): [last: string | null, first: string | null] {
  if (last !== null || first !== null) return [last, first]
  const comma = student.indexOf(',')
  const parts = comma === -1 ? [student, ''] : [student.slice(0, comma), student.slice(comma + 1)]
  return parts.map((part) => part.trim() === '' ? null : part.trim()) as [string | null, string | null]
}
