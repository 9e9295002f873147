// Decides which task of a course each column of a grade book file is about. Some systems give a task an id,
// others only a title, and the course may have tasks of other sources.
import type { Row } from '../../../db/tables.ts'
import type { SourceTask } from '../book-source.ts'
import type { Place, Problems } from '../problems.ts'
import { firstFittingId, prefixedId } from './source-ids.ts'
import type { GradeBookFormat } from './grade-book-format.ts'

/** What some systems say about a task besides its title and its points. */
export interface TaskDetails {
  /** A name. By default, the task is in the category of all grade books. */
  category?: string | undefined
  /** Of the category, a fraction. */
  categoryWeight?: number | null | undefined
  /** A plain date. */
  dueOn?: string | null | undefined
}

/** Takes the task columns of one file. */
export interface FileTasks {
  /** Adds a task and returns its number, for its grades. `id` is the system's own; null if it has none. */
  add: (id: string | null, title: string, pointsPossible: number | null, details?: TaskDetails) => number
  /** Sets the points possible of a task if they are unknown. Returns the ones that it has. */
  setPossible: (number: number, points: number) => number
}

export class GradeBookTasks {
  readonly #category: string
  readonly #stored: Map<string, Row<'tasks'>>
  readonly #tasks = new Map<string, { number: number, task: SourceTask }>()
  readonly #byNumber: SourceTask[] = []
  /** Weights of the categories, by name. */
  readonly #categories = new Map<string, number | null>()
  /** Source ids of the tasks that have no id but their title. */
  readonly #named = new Set<string>()

  /** `stored` are the tasks of the course. New tasks are in the category with the name `category`. */
  constructor ({ stored, category }: { stored: Array<Row<'tasks'>>, category: string }) {
    this.#stored = new Map(stored.map((task) => [task.source_id, task]))
    this.#category = category
  }

  /** Begins a file. The same task in another file of this import is the same task. */
  ofFile (system: GradeBookFormat): FileTasks {
    const nth = new Map<string, number>()
    return {
      add: (id, title, pointsPossible, { category, categoryWeight = null, dueOn = null } = {}) => {
        const key = id ?? title
        const count = (nth.get(key) ?? 0) + 1
        nth.set(key, count)
        const sourceId = this.#taskId(system, nthId(key, count))
        if (id === null) this.#named.add(sourceId)
        const known = this.#tasks.get(sourceId)
        if (known !== undefined) return known.number
        const number = this.#tasks.size
        const task: SourceTask = {
          sourceId,
          gradeBook: system,
          title,
          type: 'external',
          category: this.#categoryOf(category, categoryWeight),
          dueAt: null,
          dueOn,
          pointsPossible,
          items: [{ number, sourceId: null, minimum: 0 }],
        }
        this.#tasks.set(sourceId, { number, task })
        this.#byNumber.push(task)
        return number
      },
      setPossible: (number, points) => {
        const task = this.#byNumber[number]
        if (task === undefined) throw new Error(`There is no task ${number}.`)
        task.pointsPossible ??= points
        return task.pointsPossible
      },
    }
  }

  /** In the order in which they were added. */
  all (): SourceTask[] { return Array.from(this.#tasks.values(), ({ task }) => task) }

  /** The names of the categories that the tasks are in, with their weights as fractions; null: none. */
  categories (): ReadonlyMap<string, number | null> { return this.#categories }

  #categoryOf (given: string | undefined, weight: number | null): string {
    const name = given ?? this.#category
    this.#categories.set(name, this.#categories.get(name) ?? weight)
    return name
  }

  /** Adds warnings, at `place`, if the files and the stored course differ. Once, after all files. */
  compare (problems: Problems, place: Place): void {
    const missing = this.#missing()
    if (missing > 0) problems.warn('tasks_of_earlier_file', place, missing)
    const changed = this.#changedTitles()
    if (changed > 0) problems.warn('same_titles_changed', place, changed)
  }

  /** The id of a task in this course. A roster's task with the same id is a different task. */
  #taskId (system: GradeBookFormat, id: string): string {
    const isOwn = (one: string) => [system, 'unknown'].includes(this.#stored.get(one)?.grade_book ?? '') ||
      this.#tasks.get(one)?.task.gradeBook === system
    const isFree = (one: string) => !this.#stored.has(one) && !this.#tasks.has(one)
    return firstFittingId(system, id, isOwn) ?? firstFittingId(system, id, isFree) ?? prefixedId(system, id)
  }

  /** How many tasks of earlier files are not in these files. They are kept. */
  #missing (): number {
    const systems = new Set<string | null>(this.all().map((task) => task.gradeBook))
    return [...this.#stored.values()]
      .filter(({ grade_book: system, source_id: id }) =>
        system !== null && systems.has(system) && !this.#tasks.has(id))
      .length
  }

  /**
   * How many titles have more or fewer tasks than before. Tasks with the same title and without ids are
   * matched by their order, which is unreliable then.
   */
  #changedTitles (): number {
    const now = countBy(
      this.all().filter((task) => this.#named.has(task.sourceId)),
      (task) => `${task.gradeBook} ${task.title}`
    )
    const before = countBy(
      [...this.#stored.values()].filter(isNamedByTitle),
      (row) => `${row.grade_book} ${row.title}`
    )
    return [...now].filter(([title, count]) => before.has(title) && before.get(title) !== count).length
  }
}

/** Whether a stored task has no id but its title, perhaps with the number that `nthId` gives. */
function isNamedByTitle ({ source_id: id, title, grade_book: system }: Row<'tasks'>): boolean {
  return [title, prefixedId(system ?? '', title)].includes(id.replace(/ ‹\d+›$/, ''))
}

function countBy<T> (values: T[], keyOf: (value: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(keyOf(value), (counts.get(keyOf(value)) ?? 0) + 1)
  return counts
}

/**
 * The first has the title or id alone, so that it keeps its id when a second one is added. A title that
 * already looks numbered gets a number too.
 */
function nthId (key: string, n: number): string {
  return n > 1 || /‹\d+›$/.test(key) ? `${key} ‹${n}›` : key
}
