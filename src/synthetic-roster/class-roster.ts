import { drawName, type PersonName } from './names.ts'
import { SeededRandom, seedFor } from './seeded-random.ts'
import { TERM_DAYS } from './term.ts'

const NEVER = 32_767

export interface Student {
  name: PersonName
  /** Digits, many with leading zeros. */
  identifier: string
  /** Empty for most. */
  preferredGiven: string
  hasEmail: boolean
}

/** A student of a school, counted from 0; the same in every call. `students` is the size of each school. */
export function studentOf (seed: number, school: number, student: number, students: number): Student {
  const random = new SeededRandom(seedFor(seed, 2, school, student))
  const name = drawName(random)
  return {
    name,
    identifier: String(((school - 1) * students + student) * 3 + 1042).padStart(7, '0'),
    preferredGiven: random.next() < 0.03 ? 'Alex' : '',
    hasEmail: random.next() > 0.01,
  }
}

/** The students of one course. Their data is in columns of numbers, so that a million students fit. */
export class ClassRoster {
  readonly students: number
  readonly #period: Uint16Array
  readonly #firstPeriod: Uint16Array
  readonly #joins: Int16Array
  readonly #moves: Int16Array
  readonly #leaves: Int16Array
  readonly #ability: Float32Array
  readonly #carelessness: Float32Array

  constructor (courseSeed: number, students: number, periods: number) {
    this.students = students
    this.#period = new Uint16Array(students)
    this.#firstPeriod = new Uint16Array(students)
    this.#joins = new Int16Array(students)
    this.#moves = new Int16Array(students)
    this.#leaves = new Int16Array(students).fill(NEVER)
    this.#ability = new Float32Array(students)
    this.#carelessness = new Float32Array(students)
    for (let i = 0; i < students; i++) {
      const random = new SeededRandom(seedFor(courseSeed, 3, i))
      this.#period[i] = this.#firstPeriod[i] = i % periods
      this.#ability[i] = random.normal() * 0.8
      this.#carelessness[i] = Math.min(6, Math.exp(random.normal() * 0.7 - 0.245))
      const event = random.next()
      if (event < 0.04) this.#leaves[i] = 10 + random.below(TERM_DAYS - 30)
      else if (event < 0.06) this.#joins[i] = 7 + random.below(35)
      else if (event < 0.07 && periods > 1) {
        this.#moves[i] = 20 + random.below(80)
        this.#firstPeriod[i] = (i + 1 + random.below(periods - 1)) % periods
      }
    }
  }

  /** The student's last period, counted from 0. */
  period (student: number): number { return this.#period[student] ?? 0 }

  /** The period before `moves`; the same as `period` for a student who does not move. */
  firstPeriod (student: number): number { return this.#firstPeriod[student] ?? 0 }

  /**
   * Days of the term: the first in the course, the first in the last period, the first after leaving (or
   * never).
   */
  joins (student: number): number { return this.#joins[student] ?? 0 }
  moves (student: number): number { return this.#moves[student] ?? 0 }
  leaves (student: number): number { return this.#leaves[student] ?? NEVER }

  /** Roughly normal, in log-odds of a point. */
  ability (student: number): number { return this.#ability[student] ?? 0 }

  /** How often the student misses work, is late, …: a factor; 1 is average. */
  carelessness (student: number): number { return this.#carelessness[student] ?? 1 }

  isDropped (student: number): boolean { return this.leaves(student) !== NEVER }

  hasMoved (student: number): boolean { return this.firstPeriod(student) !== this.period(student) }

  /** The period in which the student did work that was due on that day. */
  periodAt (student: number, day: number): number {
    return day < this.moves(student) ? this.firstPeriod(student) : this.period(student)
  }

  /** All students who were ever in a period, in order. */
  members (period: number): Int32Array {
    const isMember = (student: number) => {
      return this.period(student) === period || this.firstPeriod(student) === period
    }
    let count = 0
    for (let i = 0; i < this.students; i++) if (isMember(i)) count++
    const members = new Int32Array(count)
    count = 0
    for (let i = 0; i < this.students; i++) if (isMember(i)) members[count++] = i
    return members
  }
}
