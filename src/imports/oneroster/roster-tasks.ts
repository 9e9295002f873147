import type { RosterRecord } from '../../../db/sqlite/staging/records.ts'
import { dayAt } from '../../courses/course-time.ts'
import { asFractions, type SourceCategory, type SourceTask } from '../book-source.ts'
import type { ImportRun } from '../import-run.ts'
import { dayMs } from '../sources/text-values.ts'
import type { RosterCourse } from './roster-courses.ts'
import type { CategoryBody, LineItemBody } from './roster-files.ts'

export interface TaskOptions {
  timeZone: string
  /** The number of a line item in this import. */
  itemNumber: (sourceId: string) => number
}

/**
 * The tasks of a course, with their categories. Line items of its classes that agree in title, category,
 * due date, minimum and maximum are one task. If several of one class agree, the n-th is paired with the
 * n-th of the other classes.
 */
export function tasksOf (
  course: RosterCourse, run: ImportRun, { itemNumber, timeZone }: TaskOptions
): { tasks: SourceTask[], categories: SourceCategory[] } {
  const tasks = new Map<string, SourceTask>()
  const categories = new CourseCategories(course, run)
  for (const { source_id: classId } of course.classes) {
    const seen = new Map<string, number>()
    for (const item of run.staging.records.ofParent('lineItem', classId)) {
      const [title, dueText, givenMinimum, maximum] = JSON.parse(item.body) as LineItemBody
      const dueOn = dueText === null ? null : dueDay(dueText, timeZone)
      // Rosters that older versions stored have blank minimums.
      const minimum = givenMinimum ?? 0
      const category = categories.titleFor(item)
      const traits = JSON.stringify([title, category, dueOn, minimum, maximum])
      const nth = seen.get(traits) ?? 0
      seen.set(traits, nth + 1)
      const key = `${nth} ${traits}`
      const part = { number: itemNumber(item.source_id), sourceId: item.source_id, minimum }
      const task = tasks.get(key)
      if (task !== undefined) {
        task.items.push(part)
        continue
      }
      const possible = maximum === null ? 0 : maximum - minimum
      tasks.set(key, {
        sourceId: item.source_id,
        gradeBook: null,
        title,
        type: 'external',
        category,
        dueAt: null,
        dueOn,
        pointsPossible: possible > 0 ? possible : null,
        items: [part],
      })
    }
  }
  return { tasks: [...tasks.values()], categories: categories.all() }
}

/** The categories of a course's line items, as the bundle or the stored course has them. */
class CourseCategories {
  readonly #run: ImportRun
  readonly #storedOf: (itemId: string) => SourceCategory | undefined
  readonly #records = new Map<string, RosterRecord>()
  /** By title. */
  readonly #stored = new Map<string, SourceCategory>()

  constructor (course: RosterCourse, run: ImportRun) {
    this.#run = run
    this.#storedOf = storedCategories(course, run)
  }

  /** The title of a line item's category, which is noted as in use; null: it has none. */
  titleFor (item: RosterRecord): string | null {
    const category = item.other === null ? undefined : this.#run.staging.records.find('category', item.other)
    // The bundle says nothing about it. The stored roster lacks categories that came with a teacher's file.
    const isAsStored = item.file === -1 &&
      (category === undefined || (this.#run.scope !== undefined && category.file === -1))
    const stored = isAsStored ? this.#storedOf(item.source_id) : undefined
    if (stored !== undefined) {
      this.#stored.set(stored.name, stored)
      return stored.name
    }
    if (category === undefined || category.is_deleted === 1) return null
    this.#records.set(category.source_id, category)
    const [title] = JSON.parse(category.body) as CategoryBody
    return title
  }

  /** Every category in use. Those with the same title are one. */
  all (): SourceCategory[] {
    const categories = new Map<string, SourceCategory>()
    for (const record of [...this.#records.values()].sort((a, b) => a.ord - b.ord)) {
      const [name, weight] = JSON.parse(record.body) as CategoryBody
      const known = categories.get(name)
      if (known === undefined) categories.set(name, { sourceId: record.source_id, name, weight })
      else if (known.weight !== weight) {
        this.#run.problems.warn('category_weights_differ', this.#run.placeOf(record))
      }
    }
    const others = [...this.#stored.values()].filter(({ name }) => !categories.has(name))
    return [...asFractions([...categories.values()]), ...others]
  }
}

/** Finds the category that the task of a line item has in the stored course. */
function storedCategories (
  { live: row }: RosterCourse, { staging: { live } }: ImportRun
): (itemId: string) => SourceCategory | undefined {
  if (row === null) return () => undefined
  const categories = new Map(live.categories(row.id).map((category): [number, SourceCategory] => {
    const { id, source_id: sourceId, name, imported_weight: weight } = category
    return [id, { sourceId, name, weight }]
  }))
  const ofTask = new Map(live.tasks(row.id).map((task) => [task.id, task.category_id]))
  const ofItem = new Map(live.taskSources(row.id).map((item) => [item.source_id, ofTask.get(item.task_id)]))
  return (itemId) => categories.get(ofItem.get(itemId) ?? -1)
}

/** The date of an instant in the course's zone. A plain date is returned as it is. */
function dueDay (due: string, timeZone: string): string {
  if (dayMs(due) !== undefined) return due
  const day = dayAt(Date.parse(due), timeZone)
  return dayMs(day) === undefined ? due.slice(0, 10) : day
}
