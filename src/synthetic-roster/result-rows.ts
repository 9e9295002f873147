import { CATEGORIES, type CoursePlan } from './course-plan.ts'
import { csvCell } from './csv-row.ts'
import type { OneRosterVersion } from './oneroster-columns.ts'
import { classId, itemId, resultId, studentId } from './oneroster-ids.ts'
import type { Outcome, OutcomeStatus } from './outcomes.ts'
import type { Term } from './term.ts'

/** OneRoster's words for what became of a task. What 1.1 has no word for comes nearest to these as well. */
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
].map(csvCell)

const LETTERS = [[0.9, 'A'], [0.8, 'B'], [0.7, 'C'], [0.6, 'D'], [0, 'F']] as const

/**
 * Writes lines of results.csv for one course. Millions of them: so by hand, and only the comment may need
 * quotes.
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
  row (student: number, task: number, period: number, outcome: Outcome, change = ','): string {
    const { school, course } = this.#plan
    const hasScore = outcome.status === 'scored' || outcome.status === 'provisional'
    const score = hasScore ? this.#number(outcome.halfPoints) : ''
    const date = outcome.submitted < 0 ? '' : this.#term.date(outcome.submitted)
    const comment = hasScore && (outcome.bits >>> 8 & 0xff) === 0
      ? COMMENTS[outcome.bits % COMMENTS.length]!
      : ''
    const start =
      `${resultId(school, course, task, student)},${change},${itemId(school, course, period, task)},${
        studentId(school, student)
      },` +
      `${SCORE_STATUS[outcome.status]},${score},${date},${comment}`
    return this.#version === '1.1'
      ? start + '\r\n'
      : `${start},${this.#textScore(task, outcome)},${classId(school, course, period)},${flags(outcome)}\r\n`
  }

  #number (halfPoints: number): string {
    const known = this.#points[halfPoints]
    if (known !== undefined) return known
    const text = String(halfPoints / 2)
    this.#points[halfPoints] = text
    return text
  }

  /** Exams have a letter beside the number; what was completed without a number was passed. */
  #textScore (task: number, outcome: Outcome): string {
    if (outcome.status === 'completed') return 'P'
    const { category, pointsPossible } = this.#plan.tasks[task]!
    if (outcome.status !== 'scored' || CATEGORIES[category]!.key !== 'exams') return ''
    const fraction = outcome.halfPoints / 2 / pointsPossible
    return LETTERS.find(([least]) => fraction >= least)![1]
  }
}

/** inProgress, incomplete, late, missing (1.2). */
function flags ({ status, isLate, bits }: Outcome): string {
  const isIncomplete = status === 'in_progress' && (bits & 1) === 1
  return `${status === 'in_progress' && !isIncomplete},${isIncomplete},${isLate},${status === 'missing'}`
}
