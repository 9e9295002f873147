// The grader's export of Moodle as plain text: who the students are, perhaps profile fields, then a column
// for each grade item, once for each display type ("(Real)", "(Percentage)", "(Letter)") that was chosen.
import { shorten } from '../../short-text.ts'
import type { ColumnUse } from '../columns.ts'
import type { RowVisitor } from '../sources/csv-rows.ts'
import type { ImportRun } from '../import-run.ts'
import { Refusal } from '../problems.ts'
import type { SourceFile } from '../sources/source-files.ts'
import type { Grade, GradeBook } from './grade-book.ts'
import { gradeNumber } from './grade-number.ts'
import { idOf } from './id-text.ts'
import { isCourseTotal, isTotal, mayBeCourseTotal } from './moodle-totals.ts'
import { assertEnglishMoodle, LAST_DOWNLOADED } from './recognize.ts'

const PERSON_COLUMNS: Readonly<Record<string, ColumnUse>> = {
  'first name': 'identity_first_name',
  'last name': 'identity_last_name',
  surname: 'identity_last_name',
  'id number': 'identity_student_id',
  username: 'identity_login',
  'email address': 'identity_email',
  group: 'identity_period',
  groups: 'left_out',
  institution: 'left_out',
  department: 'left_out',
  suspended: 'left_out',
  [LAST_DOWNLOADED]: 'left_out',
}
const ITEM = /^(.*\S)\s*\((real|percentage|letter|feedback)\)$/is

interface Item {
  title: string
  real: number
  percentage: number
  task: number
}

/**
 * Takes the header of a file and returns what takes its rows. Throws Refusal where no column can be told to
 * be a grade.
 */
export function readMoodle (
  names: string[],
  header: number,
  { book, file, run }: { book: GradeBook, file: SourceFile, run: ImportRun }
): RowVisitor {
  const fileNumber = run.fileNumber(file)
  const columns = new Map<string, number>()
  names.forEach((name, i) => {
    if (!columns.has(name.toLowerCase())) columns.set(name.toLowerCase(), i)
  })
  const items = itemsOf(names, header, file, run)
  assertEnglishMoodle(names, { file: file.name, line: header })
  const tasks = book.file('moodle', file)
  for (const item of items) {
    if (item.percentage === -1) {
      run.problems.warn('points_without_possible', { file: file.name, line: header })
    }
    item.task = tasks.add(null, item.title, item.percentage === -1 ? null : 100)
  }
  return (fields, line) => {
    const value = (name: string) => {
      const text = fields[columns.get(name) ?? -1]?.trim() ?? ''
      return text === '' ? null : text
    }
    const email = value('email address')
    const id = (name: string) => idOf(fields[columns.get(name) ?? -1], name, { file: file.name, line }, run)
    const [identifier, login] = [id('id number'), id('username')]
    const grades = items.map(({ title, real, percentage, task }) => ({
      task,
      grade: percentage === -1
        ? gradeOf(fields[real]!, title, { file, line, run })
        : percentOf(fields[percentage]!, title, { file, line, run }),
    }))
    book.row(
      {
        system: 'moodle',
        ids: [identifier, login, email?.toLowerCase() ?? null].filter((one) => one !== null),
        logins: login === null ? [] : [login],
        firstName: value('first name'),
        lastName: value('last name') ?? value('surname'),
        studentIdentifier: identifier,
        email,
        section: value('group'),
      },
      grades,
      { file, fileNumber, line }
    )
  }
}

/**
 * The grade items that are no totals, with points or percentages, and the use of every column. Moodle says
 * the same title twice where two activities have it; see `activityNumbers`.
 */
function itemsOf (names: string[], header: number, file: SourceFile, run: ImportRun): Item[] {
  const lower = names.map((name) => name.toLowerCase())
  const hasSuffix = names.some((name, at) => !isPerson(lower[at]!) && ITEM.test(name))
  if (!hasSuffix && !lower.includes(LAST_DOWNLOADED)) {
    throw new Refusal(
      {
        file: file.name,
        line: header,
      },
      'has no Moodle grade column: their headers end with (Real), (Percentage) or (Letter); ' +
        'export it in Moodle with Grades, Export, "Plain text file", in English'
    )
  }
  const grades = names.map((
    name,
    at
  ) => isPerson(lower[at]!) || name === '' ? undefined : gradeColumn(name, hasSuffix))
  const totalTitle = courseTotalOf(grades)
  const items = new Map<string, Item>()
  const numbers = activityNumbers(grades)
  const seen = new Set<string>()
  const keyAt = (title: string, at: number) => `${numbers[at]!} ${title}`
  const inPercent = new Set(grades.flatMap((
    grade,
    at
  ) => grade?.kind === 'percentage' ? [keyAt(grade.title, at)] : []))
  names.forEach((name, at) => {
    const grade = grades[at]
    const use = PERSON_COLUMNS[lower[at]!]
    if (isPerson(lower[at]!)) {
      const isTwice = seen.has(lower[at]!)
      run.columns.add(
        name,
        isTwice ? 'left_out' : use!,
        isTwice ? 'twice' : use === 'left_out' ? 'not_used' : null
      )
      seen.add(lower[at]!)
      return
    }
    const leaveOut = (
      reason: Parameters<typeof run.columns.add>[2]
    ) => {
      run.columns.add(name, 'left_out', reason)
    }
    if (name === '') return leaveOut('no_title')
    if (grade === undefined) return leaveOut('no_suffix')
    const { title, kind } = grade
    if (kind === 'feedback') return leaveOut('feedback')
    if (isTotal(title)) return leaveOut('total')
    if (title === totalTitle?.title && totalTitle.isLeftOut) return leaveOut('maybe_total')
    if (kind === 'letter') return leaveOut('letter')
    const key = keyAt(title, at)
    const item = items.get(key) ?? { title, real: -1, percentage: -1, task: -1 }
    item[kind] = at
    items.set(key, item)
    if (kind === 'real' && inPercent.has(key)) return leaveOut('percentage_used')
    run.columns.add(
      name,
      kind === 'real' ? 'task_points' : 'task_percent',
      title === totalTitle?.title ? 'maybe_total_taken' : null
    )
  })
  if (!hasSuffix) run.problems.warn('grade_columns_without_suffix', { file: file.name, line: header })
  if (totalTitle !== undefined) {
    run.problems.warn(totalTitle.isLeftOut ? 'renamed_total_left_out' : 'renamed_total_taken', {
      file: file.name,
      line: header,
    })
  }
  return [...items.values()]
}

/**
 * For each column, the number of its activity among those of its title, from 1. Where a title has as many
 * columns of points as of percentages, the n-th go together. Where some are missing, columns side by side do:
 * Moodle writes the columns of an activity one after the other.
 */
function activityNumbers (grades: Array<GradeColumn | undefined>): number[] {
  const counts = new Map<string, number>()
  const next = (key: string) => {
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return count
  }
  const columns = new Map<string, number>()
  for (const grade of grades) {
    if (grade === undefined) continue
    const key = `${grade.kind} ${grade.title}`
    columns.set(key, (columns.get(key) ?? 0) + 1)
  }
  const isComplete = (title: string) => {
    const [real, percentage] = [columns.get(`real ${title}`), columns.get(`percentage ${title}`)]
    return real === undefined || percentage === undefined || real === percentage
  }
  let kinds = new Set<string>()
  let number = 0
  return grades.map((grade, at) => {
    if (grade === undefined) return 0
    const { title, kind } = grade
    if (isComplete(title)) return next(`${kind} ${title}`)
    if (grades[at - 1]?.title !== title || kinds.has(kind)) {
      number = next(title)
      kinds = new Set()
    }
    kinds.add(kind)
    return number
  })
}

interface GradeColumn {
  title: string
  kind: 'real' | 'percentage' | 'letter' | 'feedback'
}

/** Undefined: other columns have a suffix, and this one has none. */
function gradeColumn (name: string, hasSuffix: boolean): GradeColumn | undefined {
  const match = ITEM.exec(name)
  if (match !== null) return { title: match[1]!, kind: match[2]!.toLowerCase() as GradeColumn['kind'] }
  if (/^feedback: /i.test(name)) return { title: name, kind: 'feedback' }
  return hasSuffix ? undefined : { title: name, kind: 'real' }
}

/**
 * The title that may be the course total under another name. Where there is a "Course total", no other one
 * is.
 */
function courseTotalOf (
  grades: Array<GradeColumn | undefined>
): { title: string, isLeftOut: boolean } | undefined {
  const titles = [...new Set(grades.flatMap((grade) => grade === undefined ? [] : [grade.title]))]
  return titles.some(isCourseTotal) ? undefined : mayBeCourseTotal(titles)
}

function isPerson (lower: string): boolean {
  return Object.hasOwn(PERSON_COLUMNS, lower)
}

interface At {
  file: SourceFile
  line: number
  run: ImportRun
}

function gradeOf (cell: string, title: string, { file, line, run }: At): Grade {
  const text = cell.trim()
  if (text === '' || text === '-') return null
  const points = gradeNumber(text)
  if (points !== undefined) return { points }
  run.problems.error(
    { file: file.name, line },
    `${shorten(title)} is "${shorten(text)}", expected a number such as 7.5, - or nothing`
  )
  return null
}

function percentOf (
  cell: string,
  title: string,
  at: At
): Grade {
  return gradeOf(withoutPercent(cell.trim()), title, at)
}

function withoutPercent (text: string): string {
  return text.endsWith('%')
    ? text.slice(0, -1).trimEnd()
    : text
}
