// Turns a document whose pieces are all read into a `BookSource`.
import { isTimeZone } from '../../courses/course-time.ts'
import { gradingScaleProblem } from '../../courses/grading-scale.ts'
import { shorten } from '../../short-text.ts'
import {
  ALL_GONE,
  asFractions,
  type BookSource,
  type SourceCategory,
  type SourceStudent,
  type SourceTask,
} from '../book-source.ts'
import { importError } from '../error-messages.ts'
import type { ImportRun } from '../import-run.ts'
import { dayMs, instantMs } from '../sources/text-values.ts'
import { textOf, type BookDocument, type Numbered } from './document.ts'
import { checkResults } from './document-results.ts'
import type { StudentPiece, TaskPiece } from './performance-book-1.schema.ts'

const TYPES = ['homework', 'reading', 'external'] as const
/** Names of the categories that a document without `categories` has. */
const TYPE_NAMES = { homework: 'Homework', reading: 'Reading', external: 'External' } as const

/** The course of a document. Undefined, with errors added, if its parts do not fit together. */
export function bookOf (document: BookDocument, run: ImportRun): BookSource | undefined {
  const { course } = document
  if (course === undefined) return undefined
  const { options, staging } = run
  const timeZone = textOf(course.time_zone) ?? options.timeZone ?? options.defaultTimeZone
  if (!isTimeZone(timeZone)) {
    document.error('$.course.time_zone', importError('no_zone', { zone: shorten(timeZone) }))
  }
  const scale = course.grading_scale ?? undefined
  const problem = scale === undefined ? undefined : gradingScaleProblem(scale)
  if (problem !== undefined) {
    const message = importError(problem.name, problem.values)
    document.error(`$.course.grading_scale${problem.path}`, message)
  }
  const { categories, nameOf } = categoriesOf(document, run)
  const inUse = document.tasks.filter(({ piece }) => piece.withdrawn !== true)
  const tasks = inUse.map((task) => sourceTask(task, nameOf(task)))
  const students = document.students
    .filter((student) => !isErased(student, { courseId: course.source_id, document, run }))
    .map((student) => sourceStudent(student, document))
  staging.results.index()
  checkResults(document, run)
  if (run.problems.hasErrors) return undefined
  return {
    number: document.number,
    place: document.placeOf('$.course'),
    live: staging.live.courseBySource(course.source_id) ?? null,
    sourceId: course.source_id,
    grouping: null,
    name: course.name,
    school: textOf(course.school),
    term: textOf(course.term),
    startsOn: course.starts_on ?? null,
    endsOn: course.ends_on ?? null,
    timeZone,
    missingCounts: course.missing_counts ?? 'ignored',
    gradingScale: course.grading_scale ?? [],
    periods: Array.from(document.periods, ([sourceId, name]) => ({ sourceId, name })),
    categories,
    tasks,
    teachers: Array.from(document.teachers, ([sourceId, teacher]) => {
      return { sourceId, ...teacher, isEnabled: true }
    }),
    students,
    isFull: true,
    hasAllResults: true,
    isGone: ALL_GONE,
  }
}

function sourceTask ({ piece, number }: Numbered<TaskPiece>, category: string | null): SourceTask {
  const due = textOf(piece.due_at)
  const isDate = due !== null && dayMs(due) !== undefined
  return {
    sourceId: piece.source_id,
    gradeBook: null,
    title: textOf(piece.title) ?? piece.source_id,
    type: piece.type ?? 'external',
    category,
    dueAt: due === null || isDate ? null : instantMs(due) ?? null,
    dueOn: isDate ? due : null,
    pointsPossible: piece.points_possible ?? null,
    items: [{ number, sourceId: null, minimum: 0 }],
  }
}

function sourceStudent (
  { piece, index, number }: Numbered<StudentPiece>, document: BookDocument
): SourceStudent {
  const period = textOf(piece.period)
  if (period !== null && !document.periods.has(period) && !document.isRefused('periods', period)) {
    document.error(`$.students[${index}].period`, importError('no_such_period', { id: shorten(period) }))
  }
  return {
    number,
    sourceId: piece.source_id,
    gradeBook: null,
    firstName: textOf(piece.first_name),
    lastName: textOf(piece.last_name),
    studentIdentifier: textOf(piece.student_identifier),
    email: textOf(piece.email),
    period,
    droppedOn: piece.dropped_on ?? null,
  }
}

interface InCourse {
  courseId: string
  document: BookDocument
  run: ImportRun
}

function isErased (
  { piece, index }: Numbered<StudentPiece>, { courseId: course, document, run }: InCourse
): boolean {
  return run.erased.excludes({
    sourceIds: [piece.source_id],
    studentIdentifier: textOf(piece.student_identifier),
    email: textOf(piece.email),
    course,
  }, document.placeOf(`$.students[${index}]`))
}

interface Categories {
  categories: SourceCategory[]
  /** The name of a task's category. Adds an error if there is no such category. */
  nameOf: (task: Numbered<TaskPiece>) => string | null
}

/**
 * Categories with the same title are one. If the list is left out, there is one for each task type in use.
 */
function categoriesOf (document: BookDocument, { problems }: ImportRun): Categories {
  if (document.categories === undefined) return categoriesByType(document)
  const names = new Map<string, string>()
  const merged = new Map<string, SourceCategory>()
  for (const { piece: { source_id: sourceId, ...piece }, index } of document.categories) {
    const name = textOf(piece.name) ?? sourceId
    const weight = piece.weight ?? null
    names.set(sourceId, name)
    const known = merged.get(name)
    if (known === undefined) merged.set(name, { sourceId, name, weight })
    else if (known.weight !== weight) {
      problems.warn('category_weights_differ', document.placeOf(`$.categories[${index}].weight`))
    }
  }
  const nameOf = ({ piece, index }: Numbered<TaskPiece>) => {
    const category = textOf(piece.category)
    return category === null ? null : names.get(category) ?? unknownCategory(category, index, document)
  }
  return { categories: asFractions([...merged.values()]), nameOf }
}

function categoriesByType (document: BookDocument): Categories {
  const typeOf = ({ piece }: Numbered<TaskPiece>) => piece.type ?? 'external'
  const inUse = new Set(document.tasks.filter(({ piece }) => piece.withdrawn !== true).map(typeOf))
  const nameOf = (task: Numbered<TaskPiece>) => {
    const category = textOf(task.piece.category)
    return category === null ? TYPE_NAMES[typeOf(task)] : unknownCategory(category, task.index, document)
  }
  const categories = TYPES.filter((type) => inUse.has(type)).map((type) => {
    return { sourceId: type, name: TYPE_NAMES[type], weight: null }
  })
  return { categories, nameOf }
}

function unknownCategory (category: string, index: number, document: BookDocument): null {
  if (!document.isRefused('categories', category)) {
    const message = importError('no_such_category', { id: shorten(category) })
    document.error(`$.tasks[${index}].category`, message)
  }
  return null
}
