import type { CoursePlan, TaskPlan } from './course-plan.ts'
import { csvCell } from '../csv-row.ts'
import type { OneRosterVersion } from './oneroster-columns.ts'
import { classId, itemId, resultId, studentId } from './oneroster-ids.ts'
import type { Outcome, OutcomeStatus } from './outcomes.ts'
import type { Term } from './term.ts'

/** `scoreStatus` in OneRoster. Version 1.1 has fewer values; these are the closest. */
const SCORE_STATUS: Record<OutcomeStatus, string> = {
  scored: 'fully graded',
  provisional: 'partially graded',
  missing: 'not submitted',
  exempt: 'exempt',
  submitted: 'submitted',
  in_progress: 'partially graded',
  completed: 'fully graded',
}

const COMMENTS = [
  'Well done',
  'See me after class, please',
  'Clear reasoning in "part 2"',
  'Complete.\r\nNumber the pages next time.',
  'Bien joué – continue !',
].map((cell) => csvCell(cell))

const LAST_LETTER = [0, 'F'] as const
const LETTERS = [[0.9, 'A'], [0.8, 'B'], [0.7, 'C'], [0.6, 'D'], LAST_LETTER] as const

/**
 * Writes lines of results.csv for one course. There are millions, so they are built by hand. Only the
 * comment may need quotes.
 */
export class ResultRows {
  readonly #version: OneRosterVersion
  readonly #plan: CoursePlan
  readonly #term: Term
  readonly #points: string[] = []

  constructor (version: OneRosterVersion, plan: CoursePlan, term: Term) {
    this.#version = version
    this.#plan = plan
    this.#term = term
  }

  /** `change`: status and dateLastModified with a comma between, both empty in a bulk file. */
  row (student: number, task: TaskPlan, period: number, outcome: Outcome, change = ','): string {
    const { school, course } = this.#plan
    const hasScore = outcome.status === 'scored' || outcome.status === 'provisional'
    const score = hasScore ? this.#number(outcome.halfPoints) : ''
    const date = outcome.submitted < 0 ? '' : this.#term.date(outcome.submitted)
    const comment = hasScore && (outcome.bits >>> 8 & 0xff) === 0
      ? COMMENTS[outcome.bits % COMMENTS.length] ?? ''
      : ''
    const ids = `${resultId(school, course, task.index, student)},${change},` +
      `${itemId(school, course, period, task.index)},${studentId(school, student)}`
    const start = `${ids},${SCORE_STATUS[outcome.status]},${score},${date},${comment}`
    return this.#version === '1.1'
      ? start + '\r\n'
      : `${start},${textScore(task, outcome)},${classId(school, course, period)},${flags(outcome)}\r\n`
  }

  #number (halfPoints: number): string {
    const known = this.#points[halfPoints]
    if (known !== undefined) return known
    const text = String(halfPoints / 2)
    this.#points[halfPoints] = text
    return text
  }
}

/** Exams have a letter besides the number. A task that is completed without a number was passed. */
function textScore ({ category, pointsPossible }: TaskPlan, outcome: Outcome): string {
  if (outcome.status === 'completed') return 'P'
  if (outcome.status !== 'scored' || category.key !== 'exams') return ''
  const fraction = outcome.halfPoints / 2 / pointsPossible
  const [, letter] = LETTERS.find(([least]) => fraction >= least) ?? LAST_LETTER
  return letter
}

/** inProgress, incomplete, late, missing (1.2). */
function flags ({ status, isLate, bits }: Outcome): string {
  const isIncomplete = status === 'in_progress' && (bits & 1) === 1
  return `${status === 'in_progress' && !isIncomplete},${isIncomplete},${isLate},${status === 'missing'}`
}
