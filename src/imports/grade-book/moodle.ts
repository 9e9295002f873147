// The grader's export of Moodle as plain text: columns about the students, sometimes profile fields, then a
// column for each grade item and each selected display type: "(Real)", "(Percentage)", "(Letter)".
import { shorten } from '../../short-text.ts'
import type { ImportRun } from '../import-run.ts'
import type { Place, Problems } from '../problems.ts'
import type { RowVisitor } from '../sources/csv-rows.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { gradeNumber, idOf } from './cell-values.ts'
import type { Grade, GradeBook } from './grade-book.ts'
import { NamedCells } from './identity-columns.ts'
import { itemsOf } from './moodle-items.ts'
import { assertEnglishMoodle } from './recognize.ts'

/**
 * Takes the header of a file and returns the visitor of its rows. Throws Refusal if no column is recognized
 * as a grade.
 */
export function readMoodle (
  names: string[], header: number, { book, file, run }: { book: GradeBook, file: SourceFile, run: ImportRun }
): RowVisitor {
  const fileNumber = run.fileNumber(file)
  const cells = new NamedCells(names)
  const headerPlace = { file: file.name, line: header }
  const items = itemsOf(names, headerPlace, run)
  assertEnglishMoodle(names, headerPlace)
  const tasks = book.file('moodle', file)
  const numbered = items.map((item) => {
    const isInPercent = item.percentage !== undefined
    if (!isInPercent) run.problems.warn('points_without_possible', headerPlace)
    return {
      title: item.title,
      at: item.percentage ?? item.real,
      isInPercent,
      task: tasks.add(null, item.title, isInPercent ? 100 : null),
    }
  })
  return (fields, line) => {
    const place = { file: file.name, line }
    const value = (name: string) => cells.value(fields, name)
    const id = (name: string) => idOf(cells.cell(fields, name), name, place, run.problems)
    const email = value('email address')
    const [identifier, login] = [id('id number'), id('username')]
    const grades = numbered.map(({ title, at, isInPercent, task }) => {
      const cell = (fields[at ?? -1] ?? '').trim()
      const text = isInPercent ? withoutPercent(cell) : cell
      return { task, grade: gradeOf(text, title, place, run.problems) }
    })
    book.row({
      system: 'moodle',
      ids: [identifier, login, email?.toLowerCase() ?? null].filter((one) => one !== null),
      logins: login === null ? [] : [login],
      firstName: value('first name'),
      lastName: value('last name') ?? value('surname'),
      studentIdentifier: identifier,
      email,
      section: value('group'),
    }, grades, { file, fileNumber, line })
  }
}

function gradeOf (text: string, title: string, place: Place, problems: Problems): Grade {
  if (text === '' || text === '-') return null
  const points = gradeNumber(text)
  if (points !== undefined) return { points }
  const message = `${shorten(title)} is "${shorten(text)}", expected a number such as 7.5, - or a blank cell`
  problems.error(place, message)
  return null
}

function withoutPercent (text: string): string {
  return text.endsWith('%') ? text.slice(0, -1).trimEnd() : text
}
