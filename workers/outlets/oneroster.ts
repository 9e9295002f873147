// A delta of OneRoster: categories, line items and results. See docs/outlets.md.
import type { StudentRow } from '../../db/queries/books.ts'
import { findOrigins, findRecords } from '../../db/queries/roster-records.ts'
import { csvCell, csvRow } from '../../src/csv-row.ts'
import type { Book } from '../../src/courses/book.ts'
import type { BookTask } from '../../src/courses/book-columns.ts'
import type { BookRow } from '../../src/courses/book-row.ts'
import { dayAt } from '../../src/courses/course-time.ts'
import { PLAIN_DATE } from '../../src/courses/packed-cells.ts'
import { OriginReader } from '../../src/imports/result-origins.ts'
import { isoTime } from '../../src/iso-time.ts'
import { COLUMNS, manifest, type OneRosterFile } from '../../src/synthetic-roster/oneroster-columns.ts'
import { roundPoints } from '../workbook/points.ts'
import { pointsCell, type PointsCell } from './cell-points.ts'
import type { OutletFacts, OutletRequest } from './outlet.ts'
import { ownId, readRosterItems, type RosterItem } from './roster-items.ts'
import type { Count } from './points-table.ts'
import { writeZip } from './write-zip.ts'

const FILES: readonly OneRosterFile[] = ['categories', 'lineItems', 'results']
const SYSTEM = { name: 'Perfbook', code: 'perfbook' }
/** `scoreStatus` of a cell without a score. Work that is not started has no row. */
const SCORE_STATUS = {
  not_started: '',
  in_progress: 'partially graded',
  completed: 'fully graded',
  submitted: 'submitted',
  missing: 'not submitted',
  exempt: 'exempt',
} as const

/** Most results that are kept until their origins are read: more would outlive V8's young generation. */
const RESULTS_AT_ONCE = 4_000

/** A cell that becomes a row of results. */
interface Result extends PointsCell {
  task: BookTask
  index: number
  /** A plain date; empty: unknown. */
  day: string
}

/** See `WriteOutlet`. Throws FORMAT_NOT_POSSIBLE if the course has no classes of a roster. */
export async function writeOneRoster (book: Book, request: OutletRequest): Promise<OutletFacts> {
  const { options, snapshot, receipts, file, signal } = request
  const version = options.oneroster_version
  const isOld = version === '1.1'
  const { items, categories } = await readRosterItems(book, request)
  const modified = isoTime(request.generatedAt)
  const lead = (id: string) => [id, 'active', modified]
  const classIds = new Map<number | null, string>(book.periods.map(({ id, sourceId }) => [id, sourceId]))
  const origins = new OriginReader()
  const studentsAtOnce = Math.ceil(RESULTS_AT_ONCE / Math.max(8, book.tasks.length))
  const all = book.averages().students + (options.include_dropped ? book.averages().dropped : 0)
  let [students, scores, done] = [0, 0, 0]

  function * categoryLines (): Generator<string> {
    yield headerOf('categories')
    for (const { id, title, weight } of categories) {
      if (isOld && weight !== null) receipts.add('weights_not_in_1_1', 'OneRoster 1.1 has no weights.')
      yield csvRow([...lead(id), title, ...(isOld ? [] : [weight ?? ''])])
    }
  }

  function * itemLines (): Generator<string> {
    yield headerOf('lineItems')
    for (const { id, title, class: of, category, dueOn, minimum, maximum } of items.flat()) {
      yield csvRow([
        // Who reads the file may require the day on which work was assigned, which is not known here.
        ...lead(id), title, '', dueOn ?? '', dueOn ?? '', of.id, category ?? '', of.term ?? '', minimum,
        maximum ?? '', ...(isOld ? [] : [of.school ?? '']),
      ])
    }
  }

  /** The cells of a student that a result can express. `counts` gets what is not in the file. */
  function resultsOf (row: BookRow, counts: Count[]): Result[] {
    return book.tasks.flatMap((task, index) => {
      const cell = pointsCell(row, task, index)
      if (cell === undefined) return []
      const { cells } = row
      const count = (code: string, message: string) => { counts.push({ code, message, task }) }
      if (cell.isWithoutPoints) {
        count('no_points', 'Scores of tasks without points possible are not in the file.')
      }
      // The receiver keeps its own rule for missing work.
      const hasPoints = !Number.isNaN(cell.points)
      if (cell.status === 'not_started' || (hasPoints && !['completed', 'exempt'].includes(cell.status))) {
        const message = 'OneRoster has no row for work that is not started, and takes scored work for graded.'
        count('status', message)
      }
      if (cell.status === 'not_started' && !hasPoints) return []
      if (isOld && cell.isLate) count('late', 'OneRoster 1.1 does not say which work was late.')
      const at = cells.submittedAt(task.slot)
      if (Number.isNaN(at)) return [{ ...cell, task, index, day: '' }]
      const isPlain = ((cells.marks[task.slot] ?? 0) & PLAIN_DATE) !== 0
      const day = isPlain ? isoTime(at).slice(0, 10) : dayAt(at, book.course.timeZone)
      return [{ ...cell, task, index, day }]
    })
  }

  /** The line item of a task that has the result of the student whose origins are loaded. */
  function itemOf ({ task, index }: Result, student: StudentRow): RosterItem | undefined {
    const ofTask = items[index] ?? []
    const number = origins.item(task.slot)
    // Under another line item the result would be one of a class that the student may never have been in.
    if (number !== 0) return ofTask.find((item) => item.number === number)
    const classId = classIds.get(student.period_id)
    return classId === undefined ? ofTask[0] : ofTask.find((item) => item.class.id === classId)
  }

  /** The line of a result. A course can have a million, so it is joined here, faster than with `csvRow`. */
  function resultRow (result: Result, item: RosterItem, { source_id: student }: StudentRow): string {
    const { points, status, isProvisional, isLate, day } = result
    const hasScore = !Number.isNaN(points)
    const score = hasScore ? String(roundPoints(points + item.minimum)) : ''
    const graded = isProvisional ? 'partially graded' : 'fully graded'
    const scoreStatus = status === 'exempt' || !hasScore ? SCORE_STATUS[status] : graded
    const rest = isOld
      ? ''
      : `,,${csvCell(item.class.id)},${status === 'in_progress'},false,${isLate},${status === 'missing'}`
    const { slot } = result.task
    // With the id that it had in a line item that is gone, the result would move from there.
    const imported = origins.item(slot) === 0 ? undefined : origins.id(slot)
    const id = imported ?? ownId('result', item.id, student)
    return `${csvCell(id)},active,${modified},${csvCell(item.id)},${csvCell(student)},${scoreStatus},` +
      `${score},${day},${rest}\r\n`
  }

  /** The results of students, `size` students at a time. */
  async function * inParts (batches: AsyncIterable<Iterable<BookRow>>, size: number) {
    for await (const batch of batches) {
      let part: Array<{ student: StudentRow, counts: Count[], results: Result[] }> = []
      // A row is valid only until the next one is read, and origins are read for several students at once.
      for (const row of batch) {
        const { student } = row
        const counts: Count[] = []
        part.push({ student, counts, results: student.grade_book === null ? resultsOf(row, counts) : [] })
        if (part.length < size) continue
        yield part
        part = []
      }
      yield part
    }
  }

  async function * resultLines (): AsyncGenerator<string> {
    yield headerOf('results')
    const filter = { isDropped: options.include_dropped ? undefined : false }
    for await (const rows of inParts(book.batches(filter), studentsAtOnce)) {
      const packed = await findOrigins(snapshot, rows.map(({ student }) => student.id))
      const users = await findRecords(snapshot, 'user', rows.map(({ student }) => student.source_id))
      for (const { student, results, counts } of rows) {
        if (student.grade_book !== null || !users.has(student.source_id)) {
          const message = 'The roster does not have these students: they are not in the file.'
          receipts.add('no_id', message, { student })
          continue
        }
        // The cells of students who are left out are in no other count.
        for (const { code, message, task } of counts) receipts.add(code, message, { student, task })
        const found = packed.get(student.id)
        origins.load(found?.origins ?? null, found?.ids)
        let lines = ''
        for (const result of results) {
          const item = itemOf(result, student)
          if (item === undefined) {
            const message = 'The line items of these results are of another class, or the roster no longer ' +
              'has them.'
            receipts.add('no_line_item', message, { student, task: result.task })
            continue
          }
          if (!Number.isNaN(result.points)) scores++
          lines += resultRow(result, item, student)
        }
        yield lines
        students++
      }
      done += rows.length
      request.onProgress(done, all)
    }
  }

  function headerOf (name: OneRosterFile): string { return `${COLUMNS[version][name] ?? ''}\r\n` }

  const written = await writeZip(file, [
    // A bulk file would delete the other courses of some receivers.
    { name: 'manifest.csv', text: [manifest(version, 'delta', FILES, SYSTEM)] },
    { name: 'categories.csv', text: categoryLines() },
    { name: 'lineItems.csv', text: itemLines() },
    { name: 'results.csv', text: resultLines() },
  ], signal)
  return { ...written, students, scores }
}
