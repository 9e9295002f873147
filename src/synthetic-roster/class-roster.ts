import { drawName, type PersonName } from './names.ts'
import { SeededRandom, seedFor } from './seeded-random.ts'
import { TERM_DAYS } from './term.ts'

const NEVER = 32_767

export interface Student {
  name: PersonName
  /** Digits, many with leading zeros. */
  identifier: string
  /** What his friends call him, empty for most. */
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

/** Who sits where in one course and how good he is. Columns of numbers, so that a million students fit. */
export class ClassRoster {
  readonly students: number
  /** Period by student, counted from 0. */
  readonly period: Uint16Array
  /** The period that he was in before `moves`; the same as `period` for those who never moved. */
  readonly firstPeriod: Uint16Array
  /**
   * Days of the term: the first in the course, the first in the last period, and the first after he left (or
   * never).
   */
  readonly joins: Int16Array
  readonly moves: Int16Array
  readonly leaves: Int16Array
  /** Roughly normal, in log-odds of a point. */
  readonly ability: Float32Array
  /** How often he does not hand in, is late, …: a factor, 1 is average. */
  readonly carelessness: Float32Array

  constructor (courseSeed: number, students: number, periods: number) {
    this.students = students
    this.period = new Uint16Array(students)
    this.firstPeriod = new Uint16Array(students)
    this.joins = new Int16Array(students)
    this.moves = new Int16Array(students)
    this.leaves = new Int16Array(students).fill(NEVER)
    this.ability = new Float32Array(students)
    this.carelessness = new Float32Array(students)
    for (let i = 0; i < students; i++) {
      const random = new SeededRandom(seedFor(courseSeed, 3, i))
      this.period[i] = this.firstPeriod[i] = i % periods
      this.ability[i] = random.normal() * 0.8
      this.carelessness[i] = Math.min(6, Math.exp(random.normal() * 0.7 - 0.245))
      const fate = random.next()
      if (fate < 0.04) this.leaves[i] = 10 + random.below(TERM_DAYS - 30)
      else if (fate < 0.06) this.joins[i] = 7 + random.below(35)
      else if (fate < 0.07 && periods > 1) {
        this.moves[i] = 20 + random.below(80)
        this.firstPeriod[i] = (i + 1 + random.below(periods - 1)) % periods
      }
    }
  }

  isDropped (student: number): boolean {
    return this.leaves[student] !== NEVER
  }

  hasMoved (student: number): boolean {
    return this.firstPeriod[student] !== this.period[student]
  }

  /** The period in which he did what was due on that day. */
  periodAt (student: number, day: number): number {
    return day < this.moves[student]! ? this.firstPeriod[student]! : this.period[student]!
  }

  /** All who ever sat in a period, in order. */
  members (period: number): Int32Array {
    const isMember = (student: number): boolean =>
      this.period[student] === period || this.firstPeriod[student] === period
    let count = 0
    for (let i = 0; i < this.students; i++) if (isMember(i)) count++
    const members = new Int32Array(count)
    count = 0
    for (let i = 0; i < this.students; i++) if (isMember(i)) members[count++] = i
    return members
  }
}
