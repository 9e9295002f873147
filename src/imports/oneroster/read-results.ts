import { placeNumber } from '../../../db/sqlite/staging/results.ts'
import { LATE, PLAIN_DATE } from '../../courses/packed-cells.ts'
import type { ImportRun } from '../import-run.ts'
import { resultKey } from '../result-origins.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { dayMs, isRounded, memoize, numberOf, withoutNull } from '../sources/text-values.ts'
import { resultMarks, scoreStatusOf } from './result-status.ts'
import { LEFT_OUT, type ResultTargets } from './result-targets.ts'
import type { RosterKind } from './roster-files.ts'
import { RowReader } from './row-reader.ts'
import type { SkippedRows } from './skipped-rows.ts'

const COLUMNS = [
  'sourcedId',
  'status',
  'dateLastModified',
  'lineItemSourcedId',
  'studentSourcedId',
  'scoreStatus',
  'score',
  'scoreDate',
  'late',
  'missing',
  'incomplete',
  'inProgress',
] as const
type Column = typeof COLUMNS[number]
/** The kinds of record that a result refers to, by column. */
const TARGETS = { lineItemSourcedId: 'lineItem', studentSourcedId: 'user' } as const
const REQUIRED = ['sourcedId', 'lineItemSourcedId', 'studentSourcedId', 'score']

const day = memoize(dayMs)

/** What results refer to, and what happens to those whose target is missing. */
interface ResultReferences {
  targets: ResultTargets
  skipped: SkippedRows
  /** Kinds of records of which some could not be read. A result may refer to one of those. */
  unread: ReadonlySet<RosterKind>
}

/**
 * Reads results.csv into the staging database. There are millions of rows, so columns are looked up only
 * once.
 */
export async function readResults (
  source: SourceFile,
  { targets, skipped, unread }: ResultReferences,
  run: ImportRun
): Promise<void> {
  const { results } = run.staging
  const { problems } = run
  const file = run.fileNumber(source)
  let rows = 0
  await run.readTable(source, (names, header, numbers) => {
    const row = new RowReader({
      file: source.name,
      names,
      line: header,
      required: REQUIRED,
      problems,
      numbers,
      dates: run.options.dates,
    })
    const at = Object.fromEntries(COLUMNS.map((name) => [name, row.column(name)])) as Record<Column, number>
    let fields: string[] = []
    const text = (column: number) => column === -1 ? '' : withoutNull((fields[column] ?? '').trim())
    const flag = (name: 'late' | 'missing' | 'incomplete' | 'inProgress') =>
      at[name] !== -1 && fields[at[name]] !== '' && row.flag(name) === true

    const targetOf = (column: keyof typeof TARGETS) => {
      const sourceId = text(at[column])
      if (sourceId === '') {
        row.needed(column)
        return undefined
      }
      return column === 'lineItemSourcedId' ? targets.item(sourceId) : targets.person(sourceId)
    }
    const skip = (line: number, column: keyof typeof TARGETS) => {
      const sourceId = text(at[column])
      if (isRounded(sourceId)) row.id(column)
      else if (sourceId !== '' && !unread.has(TARGETS[column])) {
        skipped.skip('result_skipped', { file, line, column, sourceId })
      }
    }
    const score = () => {
      const value = text(at.score)
      if (value === '') return null
      const points = numberOf(value)
      return points === undefined ? row.score() : points
    }
    const scoreDate = () => {
      const value = text(at.scoreDate)
      return value === '' ? null : day(value) ?? day(row.date('scoreDate') ?? '') ?? null
    }

    return (next, line) => {
      rows++
      fields = next
      row.next(fields, line)
      const sourceId = row.needed('sourcedId')
      const key = sourceId === null ? 0 : resultKey(sourceId)
      const isDeleted = text(at.status) !== '' && row.isDeleted()
      if (isDeleted && targets.isDelta) targets.remove(key, { file, line })
      // A deleted result may have nothing but its id.
      if (isDeleted && (text(at.lineItemSourcedId) === '' || text(at.studentSourcedId) === '')) return
      const item = targetOf('lineItemSourcedId')
      const person = targetOf('studentSourcedId')
      const points = score()
      const submitted = scoreDate()
      const statusWord = text(at.scoreStatus)
      const scoreStatus = statusWord === '' ? undefined : scoreStatusOf(statusWord)
      if (statusWord !== '' && scoreStatus === undefined) row.warn('unknown_score_status')
      const status = resultMarks({
        scoreStatus,
        hasScore: points !== null,
        isMissing: flag('missing'),
        isIncomplete: flag('incomplete') || flag('inProgress'),
      })
      const marks = status | (flag('late') ? LATE : 0) | (submitted === null ? 0 : PLAIN_DATE)
      const modified = text(at.dateLastModified) === '' ? null : row.lastModified()
      if (item === undefined || person === undefined) {
        const student = text(at.studentSourcedId)
        const isErased = person === undefined && student !== '' &&
          run.erased.excludesUser(student, { file: source.name, line })
        // The line item or student of a deleted result may have been deleted before.
        if (!isErased && !isDeleted) skip(line, item === undefined ? 'lineItemSourcedId' : 'studentSourcedId')
        return
      }
      if (item < 0 || person < 0) {
        if (item === LEFT_OUT) row.warn('left_out')
        else if (!isDeleted) row.warn('result_of_deleted')
        return
      }
      const course = targets.courseOf(item)
      const place = placeNumber(file, line)
      if (!isDeleted) {
        if (targets.isDelta) targets.move(key, { course, person, item, place })
        results.add(
          [course, person, item, place, marks, points, submitted, null, null, null, modified, key],
          sourceId ?? undefined
        )
      } else if (targets.isDelta) {
        results.add([course, person, item, place, 0, null, null, null, null, null, modified, key])
      }
    }
  })
  skipped.wasRead(file, rows)
}
