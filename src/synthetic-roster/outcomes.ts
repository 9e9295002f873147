import type { ClassRoster } from './class-roster.ts'
import type { CoursePlan, TaskPlan } from './course-plan.ts'
import { mix, seedFor } from './seeded-random.ts'

export type OutcomeStatus =
  | 'scored'
  | 'provisional'
  | 'missing'
  | 'exempt'
  | 'submitted'
  | 'in_progress'
  | 'completed'

/** The outcome of one task for one student. */
export interface Outcome {
  status: OutcomeStatus
  /** Twice the points, a whole number; only where the status is `scored` or `provisional`. */
  halfPoints: number
  isLate: boolean
  /** The day of the term on which the student submitted the task; -1 if they did not. */
  submitted: number
  /** Random bits, for what a format has beyond this. */
  bits: number
}

/** Shares of the tasks that were given. 4.3 % in all have no score. */
const MISSING = 0.022
const EXEMPT = 0.008
const SUBMITTED = 0.006
const IN_PROGRESS = 0.005
const COMPLETED = 0.002
const PROVISIONAL = 0.012
const LATE = 0.04
/** Not given, although the student was in the course. */
const NOT_GIVEN = 0.004
/** Share of good homework that gets an extra point or two. */
const EXTRA_CREDIT = 0.05

/**
 * The outcome of each cell of a course: any cell in any order, always the same. Reuses the object that it
 * returns.
 */
export class Outcomes {
  readonly #plan: CoursePlan
  readonly #roster: ClassRoster
  readonly #outcome: Outcome = { status: 'scored', halfPoints: 0, isLate: false, submitted: -1, bits: 0 }

  constructor (plan: CoursePlan, roster: ClassRoster) {
    this.#plan = plan
    this.#roster = roster
  }

  /** Undefined if the student was not given the task. The object is valid until the next call. */
  of (student: number, task: TaskPlan): Outcome | undefined {
    const roster = this.#roster
    if (task.due < roster.joins(student) || task.due >= roster.leaves(student)) return undefined
    const cell = seedFor(this.#plan.seed, 4, student, task.index)
    const chance = cell / 0x100000000
    const careless = roster.carelessness(student)
    const outcome = this.#outcome
    const random = mix(cell + 1)
    outcome.bits = mix(cell + 2)
    outcome.isLate = false
    outcome.submitted = -1
    let limit = NOT_GIVEN
    if (chance < limit) return undefined
    if (chance < (limit += MISSING * careless)) return this.#as('missing')
    if (chance < (limit += EXEMPT)) return this.#as('exempt')

    outcome.isLate = (random & 0xffff) / 0x10000 < LATE * careless
    outcome.submitted = outcome.isLate
      ? task.due + 1 + (outcome.bits >>> 4) % 9
      : Math.max(task.assigned, task.due - (outcome.bits >>> 4) % 4)
    if (chance < (limit += SUBMITTED)) return this.#as('submitted')
    if (chance < (limit += IN_PROGRESS)) return this.#as('in_progress')
    if (chance < (limit += COMPLETED)) return this.#as('completed')

    // The sum of two random numbers is mostly near the middle.
    const form = ((random >>> 16) + (outcome.bits >>> 16)) / 0x10000 - 1
    const fraction = 1 / (1 + Math.exp(-(1.5 + roster.ability(student) + task.ease + form * 1.7)))
    const isLucky = (outcome.bits & 0xff) / 0x100 < EXTRA_CREDIT
    const hasExtra = task.category.key === 'homework' && fraction > 0.85 && isLucky
    const points = (hasExtra ? 1.1 : fraction) * task.pointsPossible
    outcome.halfPoints = task.category.key === 'exams' ? Math.round(points) * 2 : Math.round(points * 2)
    return this.#as(chance < limit + PROVISIONAL ? 'provisional' : 'scored')
  }

  #as (status: OutcomeStatus): Outcome {
    this.#outcome.status = status
    return this.#outcome
  }
}
