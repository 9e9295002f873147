// A table with a row for each student and a column of points for each task, as the imports of other systems
// read it.
import { findRecords } from '../../db/queries/roster-records.ts'
import { listTasks, type StudentRow } from '../../db/queries/books.ts'
import { csvRow } from '../../src/csv-row.ts'
import type { Book } from '../../src/courses/book.ts'
import type { BookTask } from '../../src/courses/book-columns.ts'
import type { BookRow } from '../../src/courses/book-row.ts'
import type { UserBody } from '../../src/imports/oneroster/roster-files.ts'
import { pointsCell } from './cell-points.ts'
import { isEmail } from './identified-book.ts'
import type { OutletFacts, OutletRequest } from './outlet.ts'
import { writeText } from './write-text.ts'

/** A task with what the grade book of another system says about it. */
export interface OutletTask {
  task: BookTask
  /** In the book. */
  index: number
  /** The system whose grade book brought the task; null: none. */
  gradeBook: string | null
}

interface Ids {
  /** What the roster calls the user name; null: unknown. */
  username: string | null
}

export interface PointsTable {
  /** The system, as sentences name it. */
  system: string
  /** Lines before the students. */
  head: string[][]
  /** The columns. */
  tasks: readonly OutletTask[]
  /** What a cell without points shows. */
  none: string
  /** What an exempt cell shows; undefined: the system has nothing for it. */
  exempt?: string
  /** The system does not accept points above the points possible, or below 0, everywhere. */
  isCapped: boolean
  /** The system refuses a file with more points than this in a cell. */
  mostPoints?: number
  /** The cells before the points; undefined: nothing identifies the student, who is left out. */
  cellsBefore: (student: StudentRow, ids: Ids) => string[] | undefined
  /** The cells after the points. */
  cellsAfter: readonly string[]
}

/** What a cell does not say. */
export interface Count { code: string, message: string, task: BookTask }

/** The tasks of a book, in its order. */
export async function outletTasks (book: Book, { snapshot }: OutletRequest): Promise<OutletTask[]> {
  const rows = await listTasks(snapshot, book.course.id)
  const systems = new Map(rows.map(({ id, grade_book: system }) => [id, system]))
  return book.tasks.map((task, index) => ({ task, index, gradeBook: systems.get(task.id) ?? null }))
}

/** A name or an email address in a file with ids only is none. */
export function plainLogin (login: string | null, identity: string): string {
  return login === null || (identity === 'ids' && isEmail(login)) ? '' : login
}

/** Writes the table as CSV, and counts what is not in it. See `WriteOutlet`. */
export async function writePointsTable (
  book: Book, request: OutletRequest, table: PointsTable
): Promise<OutletFacts> {
  const { options, receipts } = request
  const { system, head, tasks, none, exempt, isCapped, mostPoints = Infinity } = table
  const usernamesOf = await usernameReader(book, request)
  const all = book.averages().students + (options.include_dropped ? book.averages().dropped : 0)
  let [students, scores, done] = [0, 0, 0]

  /** `counts` gets what the cell does not say. */
  function pointsOf (row: BookRow, { task, index }: OutletTask, counts: Count[]): string {
    const cell = pointsCell(row, task, index)
    if (cell === undefined) return none
    const count = (code: string, message: string) => { counts.push({ code, message, task }) }
    const { points, status } = cell
    if (cell.isLate) count('late', `${system} gets no marks of late work.`)
    if (status === 'exempt') {
      if (exempt === undefined) count('status', statusMessage(system, exempt))
      return exempt ?? none
    }
    // A blank cell says as much as "not started".
    const isExpressed = Number.isNaN(points) ? status === 'not_started' : status === 'completed'
    if (!isExpressed && !cell.isWithoutPoints) count('status', statusMessage(system, exempt))
    if (cell.isZeroed) count('zeroed', 'Work that counts 0 because it is past due is blank.')
    if (cell.isWithoutPoints) {
      count('no_points', 'Scores of tasks without points possible are not in the file.')
    }
    if (Number.isNaN(points)) return none
    if (cell.isProvisional) count('provisional', `${system} does not get which scores may still change.`)
    if (isCapped && task.pointsPossible !== null && points > task.pointsPossible) {
      count('above_maximum', `${system} cuts or refuses points above the maximum of a grade item, unless ` +
        'it is set to allow them.')
    }
    if (points > mostPoints) {
      count('above_limit', `${system} refuses a file with points above ${mostPoints}, unless its site ` +
        'allows unlimited grades.')
    }
    if (isCapped && points < 0) count('below_zero', `${system} cuts or refuses points below 0.`)
    return String(points)
  }

  async function * lines (): AsyncGenerator<string> {
    for (const cells of head) yield csvRow(cells)
    for await (const batch of book.batches({ isDropped: options.include_dropped ? undefined : false })) {
      // A row holds only until the next one, and user names are read for all of them at once.
      const rows = Array.from(batch, (row) => {
        const counts: Count[] = []
        const points = tasks.map((task) => pointsOf(row, task, counts))
        return { student: row.student, isDropped: row.isDropped, points, counts }
      })
      const usernames = await usernamesOf(rows.map(({ student }) => student))
      for (const { student, isDropped, points, counts } of rows) {
        const before = table.cellsBefore(student, { username: usernames.get(student.source_id) ?? null })
        if (before === undefined) {
          const message = `Nothing tells ${system} who these students are: they are not in the file.`
          receipts.add('no_id', message, { student })
          continue
        }
        if (isDropped) receipts.add('dropped', `${system} does not get who is dropped.`, { student })
        // The cells of students who are left out are in no other count.
        for (const { code, message, task } of counts) receipts.add(code, message, { student, task })
        scores += points.reduce((sum, cell) => sum + (cell === none || cell === exempt ? 0 : 1), 0)
        yield csvRow([...before, ...points, ...table.cellsAfter])
        students++
      }
      done += rows.length
      request.onProgress(done, all)
    }
  }

  async function usernameReader (book: Book, { snapshot }: OutletRequest) {
    const { grouping } = await snapshot.selectFrom('courses').select('grouping')
      .where('id', '=', book.course.id).executeTakeFirstOrThrow()
    return async (students: StudentRow[]): Promise<Map<string, string>> => {
      // The ids of a course without a roster are that course's own.
      const ids = grouping === null ? [] : students.filter((one) => one.grade_book === null)
      const users = await findRecords(snapshot, 'user', ids.map((one) => one.source_id))
      return new Map(Array.from(users, ([id, { body }]) => [id, usernameIn(body)])
        .filter((entry): entry is [string, string] => entry[1] !== null))
    }
  }

  return { ...await writeText(request.file, lines(), request.signal), students, scores }
}

function statusMessage (system: string, exempt: string | undefined): string {
  return exempt === undefined
    ? `${system} gets points only: exempt, missing and submitted work is blank.`
    : `${system} gets points and exempt work only: missing and submitted work is blank.`
}

function usernameIn (body: string): string | null { return (JSON.parse(body) as UserBody)[5] ?? null }
