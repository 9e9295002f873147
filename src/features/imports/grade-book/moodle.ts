// The grader's export of Moodle as plain text: who the students are, then a column for each grade item, once for each display type
// ("(Real)", "(Percentage)", "(Letter)") that was chosen.
import { shorten } from '../../../short-text.ts'
import type { RowVisitor } from '../csv-rows.ts'
import type { ImportRun } from '../import-run.ts'
import type { SourceFile } from '../source-files.ts'
import type { Grade, GradeBook } from './grade-book.ts'
import { gradeNumber } from './grade-number.ts'

const PERSON_COLUMNS = new Set(['first name', 'last name', 'surname', 'username', 'id number', 'institution', 'department', 'email address', 'group', 'groups', 'last downloaded from this course'])
const ITEM = /^(.*\S)\s*\((real|percentage|letter|feedback)\)$/is
/** "Course total", "Category total", "Homework total". */
const TOTAL = /(^| )total$/i

export function isMoodle (names: string[]): boolean {
  const lower = new Set(names.map((name) => name.toLowerCase()))
  return lower.has('first name') && (lower.has('last name') || lower.has('surname')) && (lower.has('email address') || lower.has('id number') || lower.has('username'))
}

interface Item { title: string, real: number, percentage: number, task: number }

/** Takes the header of a file and answers with what takes its rows. */
export function readMoodle (names: string[], header: number, { book, file, run }: { book: GradeBook, file: SourceFile, run: ImportRun }): RowVisitor {
  const fileNumber = run.fileNumber(file)
  const columns = new Map(names.map((name, i) => [name.toLowerCase(), i]))
  const items = [...itemsOf(names).values()]
  for (const item of items) {
    if (item.percentage === -1) run.problems.warn('points_without_possible', { file: file.name, line: header })
    item.task = book.task(item.title, item.title, item.percentage === -1 ? null : 100)
  }
  return (fields, line) => {
    const value = (name: string) => {
      const text = fields[columns.get(name) ?? -1]?.trim() ?? ''
      return text === '' ? null : text
    }
    const email = value('email address')
    const identifier = value('id number')
    const grades = items.map(({ title, real, percentage, task }) => ({
      task, grade: percentage === -1 ? gradeOf(fields[real]!, title, { file, line, run }) : percentOf(fields[percentage]!, title, { file, line, run }),
    }))
    book.row({
      ids: [identifier, value('username'), email?.toLowerCase() ?? null].filter((id) => id !== null),
      firstName: value('first name'),
      lastName: value('last name') ?? value('surname'),
      studentIdentifier: identifier,
      email,
      section: value('group'),
    }, grades, file, fileNumber, line)
  }
}

/** Columns of grade items that are no totals, with points or percentages. */
function itemsOf (names: string[]): Map<string, Item> {
  const items = new Map<string, Item>()
  names.forEach((name, at) => {
    if (name === '' || PERSON_COLUMNS.has(name.toLowerCase()) || /^feedback: /i.test(name)) return
    const match = ITEM.exec(name)
    const title = match?.[1] ?? name
    const kind = match?.[2]?.toLowerCase() ?? 'real'
    if (TOTAL.test(title) || kind === 'letter' || kind === 'feedback') return
    const item = items.get(title) ?? { title, real: -1, percentage: -1, task: -1 }
    if (kind === 'real') item.real = at
    else item.percentage = at
    items.set(title, item)
  })
  return items
}

interface At { file: SourceFile, line: number, run: ImportRun }

function gradeOf (cell: string, title: string, { file, line, run }: At): Grade {
  const text = cell.trim()
  if (text === '' || text === '-') return null
  const points = gradeNumber(text)
  if (points !== undefined) return { points }
  run.problems.error({ file: file.name, line }, `${shorten(title)} is "${shorten(text)}", expected a number such as 7.5, - or nothing`)
  return null
}

function percentOf (cell: string, title: string, at: At): Grade { return gradeOf(withoutPercent(cell.trim()), title, at) }

function withoutPercent (text: string): string { return text.endsWith('%') ? text.slice(0, -1).trimEnd() : text }
