import type { ClassRoster } from './class-roster.ts'
import type { CoursePlan } from './course-plan.ts'
import { mix, seedFor } from './seeded-random.ts'

export type OutcomeStatus =
  | 'scored'
  | 'provisional'
  | 'missing'
  | 'exempt'
  | 'submitted'
  | 'in_progress'
  | 'completed'

/** What became of one task in the hands of one student. */
export interface Outcome {
  status: OutcomeStatus
  /** Twice the points, a whole number; only where the status is `scored` or `provisional`. */
  halfPoints: number
  isLate: boolean
  /** The day of the term on which he handed in; -1: he did not. */
  submitted: number
  /** Four random bits or more, for what a format has to say beyond this. */
  bits: number
}

/** How often, of the tasks that were given; 4.3 % in all have no score. */
const MISSING = 0.022
const EXEMPT = 0.008
const SUBMITTED = 0.006
const IN_PROGRESS = 0.005
const COMPLETED = 0.002
const PROVISIONAL = 0.012
const LATE = 0.04
/** Not given although he was in the course all the time. */
const NOT_GIVEN = 0.004
/** Of the good pieces of homework: an extra point or two. */
const EXTRA_CREDIT = 0.05

const EXAMS = 3

/**
 * Tells what became of each cell of a course. Any cell at any time, always the same; it reuses the object
 * that it returns.
 */
export class Outcomes {
  readonly #plan: CoursePlan
  readonly #roster: ClassRoster
  readonly #outcome: Outcome = { status: 'scored', halfPoints: 0, isLate: false, submitted: -1, bits: 0 }

  constructor (plan: CoursePlan, roster: ClassRoster) {
    this.#plan = plan
    this.#roster = roster
  }

  /** `undefined`: the student was not given the task. The answer holds until the next call. */
  of (student: number, taskIndex: number): Outcome | undefined {
    const task = this.#plan.tasks[taskIndex]!
    const roster = this.#roster
    if (task.due < roster.joins[student]! || task.due >= roster.leaves[student]!) return undefined
    const cell = seedFor(this.#plan.seed, 4, student, taskIndex)
    const chance = cell / 0x100000000
    const careless = roster.carelessness[student]!
    const outcome = this.#outcome
    const dice = mix(cell + 1)
    outcome.bits = mix(cell + 2)
    outcome.isLate = false
    outcome.submitted = -1
    let limit = NOT_GIVEN
    if (chance < limit) return undefined
    if (chance < (limit += MISSING * careless)) return this.#as('missing')
    if (chance < (limit += EXEMPT)) return this.#as('exempt')

    outcome.isLate = (dice & 0xffff) / 0x10000 < LATE * careless
    outcome.submitted = outcome.isLate
      ? task.due + 1 + (outcome.bits >>> 4) % 9
      : Math.max(task.assigned, task.due - (outcome.bits >>> 4) % 4)
    if (chance < (limit += SUBMITTED)) return this.#as('submitted')
    if (chance < (limit += IN_PROGRESS)) return this.#as('in_progress')
    if (chance < (limit += COMPLETED)) return this.#as('completed')

    // Two dice make a day that is mostly like the others.
    const form = ((dice >>> 16) + (outcome.bits >>> 16)) / 0x10000 - 1
    const fraction = 1 / (1 + Math.exp(-(1.5 + roster.ability[student]! + task.ease + form * 1.7)))
    const hasExtra = task.category === 0 && fraction > 0.85 && (outcome.bits & 0xff) / 0x100 < EXTRA_CREDIT
    const points = (hasExtra ? 1.1 : fraction) * task.pointsPossible
    outcome.halfPoints = task.category === EXAMS ? Math.round(points) * 2 : Math.round(points * 2)
    return this.#as(chance < limit + PROVISIONAL ? 'provisional' : 'scored')
  }

  #as (status: OutcomeStatus): Outcome {
    this.#outcome.status = status
    return this.#outcome
  }
}
