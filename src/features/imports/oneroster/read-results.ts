import { placeNumber } from '../../../../db/staging-results.queries.ts'
import { LATE, PLAIN_DATE, PROVISIONAL, STATUS } from '../../performance-book/packed-cells.ts'
import type { ImportRun } from '../import-run.ts'
import { resultKey } from '../result-origins.ts'
import type { SourceFile } from '../source-files.ts'
import { dayMs, numberOf, remembered } from '../text-values.ts'
import { brokenReference } from './read-records.ts'
import type { ResultTargets } from './result-targets.ts'
import { RowReader } from './row-reader.ts'

const SCORE_STATUS: Record<string, number> = {
  'fully graded': STATUS.completed,
  'partially graded': STATUS.in_progress,
  'not submitted': STATUS.missing,
  submitted: STATUS.submitted,
  exempt: STATUS.exempt,
}
const day = remembered((text) => dayMs(text))

/** Reads results.csv into the staging database. */
export async function readResults (source: SourceFile, targets: ResultTargets, run: ImportRun): Promise<void> {
  const { results } = run.staging
  const { problems } = run
  const file = run.fileNumber(source)
  await run.readCsv(source, (names, header) => {
    const row = new RowReader({ file: source.name, names, line: header, required: ['sourcedId', 'lineItemSourcedId', 'studentSourcedId', 'score'], problems })
    const [idAt, statusAt, itemAt, personAt, scoreStatusAt, scoreAt, dateAt, modifiedAt, textAt] = ['sourcedId', 'status', 'lineItemSourcedId', 'studentSourcedId',
      'scoreStatus', 'score', 'scoreDate', 'dateLastModified', 'textScore'].map((name) => row.column(name)) as [number, number, number, number, number, number, number, number, number]
    const flags = ['late', 'missing', 'incomplete', 'inProgress'].map((name) => ({ name, at: row.column(name) }))
    return (fields, line) => {
      row.next(fields, line)
      const key = fields[idAt] === '' ? 0 : resultKey(fields[idAt]!.trim())
      if (key === 0) row.needed('sourcedId')
      const isDeleted = statusAt !== -1 && fields[statusAt] !== '' && fields[statusAt] !== 'active' && row.isDeleted()
      const itemId = fields[itemAt]!.trim()
      const personId = fields[personAt]!.trim()
      if (isDeleted && (itemId === '' || personId === '')) {
        if (targets.isDelta) targets.remove(key, { file, line })
        return
      }
      const item = itemId === '' ? (row.needed('lineItemSourcedId'), undefined) : targets.item(itemId)
      const person = personId === '' ? (row.needed('studentSourcedId'), undefined) : targets.person(personId)
      if (item === undefined && itemId !== '') problems.error({ file: source.name, line }, brokenReference('lineItemSourcedId', itemId, 'lineItem'))
      if (person === undefined && personId !== '') problems.error({ file: source.name, line }, brokenReference('studentSourcedId', personId, 'user'))

      const scoreText = fields[scoreAt]!.trim()
      let points: number | null = null
      if (scoreText !== '') {
        const score = numberOf(scoreText)
        if (score === undefined) row.error('score', 'a number such as 7.5')
        else points = score
      } else if (textAt !== -1 && fields[textAt] !== '') row.warn('text_score_ignored')
      let marks: number
      let missing = false
      let working = false
      let late = 0
      for (const { name, at } of flags) {
        if (at === -1 || fields[at] === '' || row.flag(name) !== true) continue
        if (name === 'late') late = LATE
        else if (name === 'missing') missing = true
        else working = true
      }
      const scoreStatus = scoreStatusAt === -1 ? '' : fields[scoreStatusAt]!.trim().toLowerCase()
      const told = SCORE_STATUS[scoreStatus]
      if (told === undefined && scoreStatus !== '') row.warn('unknown_score_status')
      // Where several apply: exempt, a score, missing, submitted.
      if (told === STATUS.exempt) marks = STATUS.exempt
      else if (points !== null) marks = STATUS.completed | (told === STATUS.in_progress ? PROVISIONAL : 0)
      else if (missing || told === STATUS.missing) marks = STATUS.missing
      else if (told === STATUS.submitted) marks = STATUS.submitted
      else if (working) marks = STATUS.in_progress
      else marks = told ?? STATUS.not_started

      const dateText = dateAt === -1 ? '' : fields[dateAt]!.trim()
      let submitted: number | null = null
      if (dateText !== '') {
        submitted = day(dateText) ?? null
        if (submitted === null) submitted = day(row.date('scoreDate') ?? '') ?? null
        if (submitted !== null) marks |= PLAIN_DATE
      }
      if (item === undefined || person === undefined) return
      if (item < 0 || person < 0) {
        if (!isDeleted) row.warn('result_of_deleted')
        return
      }
      const course = targets.courseOf(item)
      const modified = modifiedAt === -1 || fields[modifiedAt] === '' ? null : row.lastModified()
      if (targets.isDelta && !isDeleted) targets.move(key, course, person, item, { file, line })
      if (isDeleted) {
        if (targets.isDelta) results.add([course, person, item, placeNumber(file, line), 0, null, null, null, null, null, modified, key])
        return
      }
      results.add([course, person, item, placeNumber(file, line), marks | late, points, submitted, null, null, null, modified, key])
    }
  })
}
