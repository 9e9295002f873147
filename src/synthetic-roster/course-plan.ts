import { drawName, type PersonName } from './names.ts'
import type { SyntheticRosterOptions } from './options.ts'
import { SeededRandom, seedFor } from './seeded-random.ts'
import { TERM_DAYS, type Term } from './term.ts'

interface Category {
  key: 'homework' | 'reading' | 'labs' | 'exams'
  title: string
  /** Begins the titles of its tasks. */
  task: string
  weight: number
  type: 'homework' | 'reading' | 'external'
  /** Points possible of its tasks. */
  points: readonly number[]
}

const HOMEWORK: Category = {
  key: 'homework', title: 'Homework', task: 'HW', weight: 0.35, type: 'homework', points: [10, 8, 12, 20],
}
const READING: Category = {
  key: 'reading', title: 'Reading', task: 'Reading', weight: 0.15, type: 'reading', points: [5, 6, 10],
}
const LABS: Category = {
  key: 'labs', title: 'Labs', task: 'Lab', weight: 0.2, type: 'external', points: [20, 25, 50],
}
const EXAMS: Category = {
  key: 'exams', title: 'Exams', task: 'Exam', weight: 0.3, type: 'external', points: [100, 60, 150],
}

export const CATEGORIES: readonly Category[] = [HOMEWORK, READING, LABS, EXAMS]

/** The categories of tasks one after the other, repeated. */
const SEQUENCE = [HOMEWORK, READING, HOMEWORK, READING, HOMEWORK, LABS, HOMEWORK, READING, HOMEWORK, EXAMS]

const COURSE_TITLES = [
  'Physics I',
  'Algebra II',
  'Biology',
  'World History',
  'Chemistry',
  'English Literature',
  'Español 3',
  'Calculus AB',
  'Music Theory: Bach, Händel & Dvořák',
  'Computer Science',
  'Geography',
  'Philosophy',
]

const SCHOOL_NAMES = [
  'Lakeview High School',
  'St. Mary’s Academy',
  'Liceo Ramón y Cajal',
  'Roosevelt High School',
  'Gymnasium Köln-Süd',
  'Harbor View Charter School',
]

const TOPICS = [
  'Getting started',
  'Basics, part 1',
  'Basics, part 2',
  'Worked examples',
  'The "big picture"',
  'Cause & effect',
  'Comparing <, = and >',
  'Review',
  'Group project',
  'Applications',
  'In your own words',
  'Patterns',
  'Évaluation',
  'Proofs',
  'Field trip, notes',
  'Looking back',
]

export interface TaskPlan {
  /** In the course, counted from 0. */
  index: number
  title: string
  category: Category
  /** Days of the term. */
  assigned: number
  due: number
  pointsPossible: number
  /** Added to the log-odds of a point: above 0 is easier. */
  ease: number
}

/** What is taught, and by whom. All numbers of schools and courses count from 1. */
export interface CoursePlan {
  school: number
  course: number
  /** The seed for its students and their results. */
  seed: number
  title: string
  code: string
  tasks: readonly TaskPlan[]
  /** One for the whole course, so that its classes belong together. */
  teacher: PersonName
  /** Teaches the last period as well. */
  coTeacher: PersonName
  aide: PersonName
}

export function schoolName (school: number): string {
  return numbered(SCHOOL_NAMES, school)
}

/** The plan of a course; the same in every call. */
export function planCourse (
  options: SyntheticRosterOptions,
  school: number,
  course: number,
  term: Term
): CoursePlan {
  const seed = seedFor(options.seed, 1, school, course)
  const random = new SeededRandom(seed)
  return {
    school,
    course,
    seed,
    title: numbered(COURSE_TITLES, course),
    code: `C${String(course).padStart(3, '0')}`,
    teacher: drawName(random),
    coTeacher: drawName(random),
    aide: drawName(random),
    tasks: planTasks(options.tasks, random, term),
  }
}

function planTasks (count: number, random: SeededRandom, term: Term): TaskPlan[] {
  const numbers = new Map<Category, number>()
  return Array.from({ length: count }, (_, i) => {
    const category = SEQUENCE[i % SEQUENCE.length] ?? HOMEWORK
    const number = (numbers.get(category) ?? 0) + 1
    numbers.set(category, number)
    const due = Math.min(TERM_DAYS, term.schoolDay(4 + Math.round((i + 1) / (count + 1) * (TERM_DAYS - 6))))
    return {
      index: i,
      title: `${category.task} ${number} – ${random.pick(TOPICS)}`,
      category,
      assigned: Math.max(0, due - 7),
      due,
      pointsPossible: random.pick(category.points),
      ease: random.normal() * 0.4 - (category === EXAMS ? 0.4 : 0),
    }
  })
}

/** The n-th of a list, counted from 1. After the last one, the list is repeated with a number. */
function numbered (names: readonly string[], n: number): string {
  const round = Math.floor((n - 1) / names.length)
  return (names[(n - 1) % names.length] ?? '') + (round === 0 ? '' : ` (${round + 1})`)
}
