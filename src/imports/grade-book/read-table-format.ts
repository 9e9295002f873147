import { shorten } from '../../short-text.ts'
import type { ColumnReason } from '../columns.ts'
import { nameKey } from '../person-keys.ts'
import type { Place } from '../problems.ts'
import type { RowVisitor } from '../sources/row-splitter.ts'
import { withoutNull } from '../sources/text-values.ts'
import { idOf } from './cell-values.ts'
import { maximumOf, withCompanions } from './companion-cells.ts'
import type { Grade } from './grade.ts'
import type { GradeBookReading } from './grade-book.ts'
import type { FileTasks } from './grade-book-tasks.ts'
import { GradeColumn } from './grade-column.ts'
import type { GradeBookPerson } from './match-people.ts'
import { dividedName, nameOf } from './person-name.ts'
import {
  isCompanion, isTask, type IdentityUse, type TableFormat, type TableLayout, type TaskColumn,
} from './table-layout.ts'

interface Row {
  fields: string[]
  line: number
}

/** A task of the table, with the number of its column. */
interface Task {
  at: number
  number: number
  column: TaskColumn
  grades: GradeColumn
}

/** Takes the header of a file and returns the visitor of its rows, as the format describes them. */
export function readTableFormat (
  format: TableFormat, names: string[], header: number, reading: GradeBookReading
): RowVisitor {
  const { file, numbers, run } = reading
  const waiting: Row[] = [{ fields: names, line: header }]
  let students: StudentRows | undefined
  const begin = ({ isWhole }: { isWhole: boolean }) => {
    const rows = waiting.map(({ fields }) => fields)
    const place = { file: file.name, line: header }
    const layout = format.layoutOf({ rows, place, isWhole, numbers, run })
    if (layout === undefined) return
    students = new StudentRows(format, layout, reading)
    for (const { fields, line } of waiting.splice(0).slice(layout.rowsBefore)) students.row(fields, line)
  }
  begin({ isWhole: false })
  const visit = (fields: string[], line: number) => {
    if (students !== undefined) students.row(fields, line)
    else {
      waiting.push({ fields, line })
      begin({ isWhole: false })
    }
  }
  return Object.assign(visit, {
    end () {
      if (students === undefined) begin({ isWhole: true })
      students?.end({ file: file.name, line: header })
    },
  })
}

/** The rows about students, once the columns are known. */
class StudentRows {
  readonly #format: TableFormat
  readonly #reading: GradeBookReading
  readonly #fileNumber: number
  /** The numbers of the columns about people, by their use. */
  readonly #identity: Map<IdentityUse, number>
  readonly #names: string[]
  readonly #fileTasks: FileTasks
  readonly #tasks: Task[]

  constructor (format: TableFormat, { names, columns }: TableLayout, reading: GradeBookReading) {
    const { book, file, numbers, run } = reading
    this.#format = format
    this.#reading = reading
    this.#names = names
    this.#fileNumber = run.fileNumber(file)
    this.#fileTasks = book.file(format.system, file)
    this.#identity = new Map()
    this.#tasks = []
    for (const [at, column] of columns.entries()) {
      const reason: ColumnReason | null = 'reason' in column ? column.reason ?? null : null
      run.columns.add(names[at] ?? '', column.use, reason)
      if (column.use === 'left_out') continue
      if (isCompanion(column)) continue
      if (!isTask(column)) {
        this.#identity.set(column.use, at)
        continue
      }
      const { id, title, pointsPossible, ...details } = column
      this.#tasks.push({
        at,
        column,
        number: this.#fileTasks.add(id, title, pointsPossible, details),
        grades: new GradeColumn({
          title, numbers, alsoExpected: format.alsoExpected, howToExplain: format.howToExplain,
        }),
      })
    }
  }

  row (fields: string[], line: number): void {
    const { file, run, book } = this.#reading
    const place = { file: file.name, line }
    const other = this.#format.otherRow?.((use) => this.#cell(fields, use))
    if (other !== undefined) {
      run.problems.warn(other, place)
      return
    }
    const person = this.#person(fields, place)
    const grades = this.#tasks.map((task) => {
      return { task: task.number, grade: this.#gradeWithCompanions(fields, task, place) }
    })
    book.row(person, grades, { file, fileNumber: this.#fileNumber, line })
  }

  /** Adds what is known of a column only after the last row. */
  end (header: Place): void {
    const { problems } = this.#reading.run
    for (const { grades, column: { use, title, pointsPossible, companions } } of this.#tasks) {
      const isWithout = use === 'task_points' && pointsPossible === null && companions?.maximum === undefined
      if (isWithout && grades.hasNumbers) {
        problems.warn('points_without_possible', { ...header, cell: shorten(title) })
      }
      grades.end(problems)
    }
  }

  #gradeWithCompanions (fields: string[], task: Task, place: Place): Grade {
    const grade = this.#grade(fields[task.at] ?? '', task, place)
    const { companions } = task.column
    if (companions === undefined) return grade
    const full = withCompanions(grade, fields, companions, (time) => {
      this.#reading.run.problems.warn('unreadable_time', { ...place, cell: `"${shorten(time)}"` })
    })
    const maximum = maximumOf(fields, companions, this.#reading.numbers)
    if (maximum === null) return full
    const possible = this.#fileTasks.setPossible(task.number, maximum)
    if (possible === maximum || full === null || typeof full === 'string' || full.points === null) return full
    // Not all students had the same version of the task.
    return { ...full, points: full.points * possible / maximum }
  }

  #cell (fields: string[], use: IdentityUse): string {
    return fields[this.#identity.get(use) ?? -1]?.trim() ?? ''
  }

  #person (fields: string[], place: Place): GradeBookPerson {
    const value = (use: IdentityUse) => this.#cell(fields, use) || null
    const ids = new Map(this.#format.ids.map((use) => [use, this.#id(fields, use, place)]))
    const login = ids.get('identity_login') ?? null
    const email = value('identity_email') ?? (login?.includes('@') === true ? login : null)
    const given = nameOf({
      whole: value('identity_name'),
      first: value('identity_first_name'),
      last: value('identity_last_name'),
    })
    const isDivided = this.#format.dividesNames === true && value('identity_last_name') === null
    const name = isDivided ? dividedName(given) : given
    const own = [...ids.values()].filter((id) => id !== null)
    const last = this.#format.isKnownByName === true ? [nameKey(name.firstName, name.lastName)] : []
    return {
      system: this.#format.system,
      ids: own.length > 0 ? own : last.filter((key) => key !== ''),
      logins: login === null ? [] : [login],
      ...name,
      studentIdentifier: ids.get('identity_student_id') ?? null,
      email,
      section: value('identity_period'),
    }
  }

  #id (fields: string[], use: IdentityUse, place: Place): string | null {
    const cell = this.#cell(fields, use)
    if (use === 'identity_email') return cell === '' ? null : cell.toLowerCase()
    const name = this.#names[this.#identity.get(use) ?? -1] ?? ''
    return idOf(this.#format.plainId?.(cell) ?? cell, name, place, this.#reading.run.problems)
  }

  #grade (cell: string, { grades, column }: Task, place: Place): Grade {
    const text = withoutNull(cell.trim())
    if (text === '' || text === '-') return null
    const word = this.#format.wordOf?.(text)
    if (word !== undefined) return word
    if (column.use === 'task_points') return grades.grade(text, place, this.#reading.run.problems)
    const percent = text.endsWith('%') ? text.slice(0, -1).trimEnd() : text
    const grade = grades.grade(percent, place, this.#reading.run.problems)
    if (grade === null || typeof grade === 'string' || grade.points === null) return grade
    return { ...grade, points: grade.points * (column.pointsPossible ?? 100) / 100 }
  }
}
