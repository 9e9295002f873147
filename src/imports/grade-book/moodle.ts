// The grader's export of Moodle as plain text: columns about the students, sometimes profile fields, then a
// column for each grade item and each selected display type: "(Real)", "(Percentage)", "(Letter)".
import { shorten } from '../../short-text.ts'
import type { Place, Problems } from '../problems.ts'
import type { RowVisitor } from '../sources/row-splitter.ts'
import { withoutNull } from '../sources/text-values.ts'
import { idOf } from './cell-values.ts'
import type { Grade } from './grade.ts'
import type { GradeBookReading } from './grade-book.ts'
import { GradeColumn } from './grade-column.ts'
import { NamedCells } from './identity-columns.ts'
import { itemsOf } from './moodle-items.ts'
import { inEnglish } from './moodle-translation.ts'
import { assertEnglishMoodle } from './recognize.ts'

/**
 * Takes the header of a file and returns the visitor of its rows. Throws Refusal if no column is recognized
 * as a grade.
 */
export function readMoodle (
  given: string[], header: number, { book, file, numbers, run }: GradeBookReading
): RowVisitor {
  const fileNumber = run.fileNumber(file)
  const names = inEnglish(given) ?? given
  const cells = new NamedCells(names)
  const headerPlace = { file: file.name, line: header }
  const items = itemsOf(names, { given, place: headerPlace, run })
  assertEnglishMoodle(names, headerPlace)
  const tasks = book.file('moodle', file)
  const numbered = items.map((item) => {
    const isInPercent = item.percentage !== undefined
    const task = tasks.add(null, item.title, isInPercent ? 100 : null)
    return {
      task,
      title: item.title,
      grades: new GradeColumn({ title: item.title, numbers, alsoExpected: '- or a blank cell' }),
      at: item.percentage ?? item.real,
      isInPercent,
      /** Without a suffix in the header, only the cells show that the column is in percent. */
      notePercent () {
        this.isInPercent = true
        tasks.setPossible(task, 100)
      },
    }
  })
  const visit = (fields: string[], line: number) => {
    const place = { file: file.name, line }
    const value = (name: string) => cells.value(fields, name)
    const id = (name: string) => idOf(cells.cell(fields, name), name, place, run.problems)
    const email = value('email address')
    const [identifier, login] = [id('id number'), id('username')]
    const grades = numbered.map((column) => {
      const { grades, at, task } = column
      const cell = withoutNull((fields[at ?? -1] ?? '').trim())
      if (!column.isInPercent && !grades.hasNumbers && cell.endsWith('%')) column.notePercent()
      const text = column.isInPercent ? withoutPercent(cell) : cell
      return { task, grade: gradeOf(text, grades, place, run.problems) }
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
  return Object.assign(visit, {
    end () {
      for (const { title, grades, isInPercent } of numbered) {
        if (!isInPercent && grades.hasNumbers) {
          run.problems.warn('points_without_possible', { ...headerPlace, cell: shorten(title) })
        }
        grades.end(run.problems)
      }
    },
  })
}

function gradeOf (text: string, grades: GradeColumn, place: Place, problems: Problems): Grade {
  return text === '' || text === '-' ? null : grades.grade(text, place, problems)
}

function withoutPercent (text: string): string {
  return text.endsWith('%') ? text.slice(0, -1).trimEnd() : text
}
