// The line items and categories of a course as OneRoster has them: those that were imported, with their ids,
// and new ones for tasks that came from elsewhere.
import { hash } from 'node:crypto'
import { listTasks } from '../../db/queries/books.ts'
import { listCategories } from '../../db/queries/courses.ts'
import { findRecords, listClasses, listLineItems } from '../../db/queries/roster-records.ts'
import type { Reads } from '../../db/index.ts'
import type { Row } from '../../db/tables.ts'
import type { Book } from '../../src/courses/book.ts'
import { dayAt } from '../../src/courses/course-time.ts'
import { withoutClasses } from '../../src/exports/formats/oneroster.ts'
import type { CategoryBody, ClassBody, LineItemBody } from '../../src/imports/oneroster/roster-files.ts'
import type { OutletRequest } from './outlet.ts'

export interface RosterClass {
  id: string
  school: string | null
  /** The first of its terms. */
  term: string | null
}

export interface RosterItem {
  id: string
  /** Of a line item that was imported, as origins of results have it; 0: it is new. */
  number: number
  title: string
  class: RosterClass
  /** An id. */
  category: string | null
  /** A plain date. */
  dueOn: string | null
  minimum: number
  maximum: number | null
}

export interface RosterCategory {
  id: string
  title: string
  /** As it was imported. */
  weight: number | null
}

export interface RosterItems {
  /** Of each task of the book, in its order: one for each class. None: only other classes have it. */
  items: RosterItem[][]
  categories: RosterCategory[]
}

/** An id that is the same in every file, and that no other system uses. */
export function ownId (...parts: string[]): string {
  const hex = hash('sha256', JSON.stringify(['perfbook', ...parts]), 'hex')
  const middle = `${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}`
  return `${hex.slice(0, 8)}-${middle}-${hex.slice(20, 32)}`
}

/** Reads the line items of a book. Throws FORMAT_NOT_POSSIBLE if the course has no classes of a roster. */
export async function readRosterItems (
  book: Book, { snapshot, receipts }: OutletRequest
): Promise<RosterItems> {
  const { course, period } = book
  const all = (await listClasses(snapshot, course.id)).map(({ source_id: id, other, body }): RosterClass => {
    const [, terms] = JSON.parse(body) as ClassBody
    return { id, school: other, term: terms[0] ?? null }
  })
  const classes = period === undefined ? all : all.filter(({ id }) => id === period.sourceId)
  const [firstClass] = classes
  if (firstClass === undefined) throw withoutClasses()
  const classById = new Map(classes.map((one) => [one.id, one]))
  const rows = new Map((await listTasks(snapshot, course.id)).map((row) => [row.id, row]))
  const lineItems = await listLineItems(snapshot, course.id)
  const ofTask = Map.groupBy(lineItems, (item) => item.task_id)
  const categoryRows = await listCategories(snapshot, course.id)
  const categories = new CategoryIds(course.sourceId, categoryRows, await bodiesOf(snapshot, [
    ...categoryRows.map((row) => row.source_id), ...lineItems.flatMap(({ other }) => other ?? []),
  ]))

  const items = book.tasks.map((task): RosterItem[] => {
    const row = rows.get(task.id)
    const { title, pointsPossible, categoryId } = task
    const dueAt = row?.due_at ?? null
    const dueOn = row?.due_on ?? (dueAt === null ? null : dayAt(dueAt, course.timeZone))
    if (pointsPossible === null) {
      receipts.add('no_maximum', 'OneRoster requires points possible, which these tasks lack.', { task })
    }
    const imported = ofTask.get(task.id) ?? []
    if (imported.length === 0) {
      const message = 'These line items are new to the system: the tasks did not come from it.'
      receipts.add('will_be_created', message, { task })
      const category = categories.idOf(categoryId)
      return classes.map((one) => ({
        id: ownId('lineItem', course.sourceId, task.sourceId, one.id),
        number: 0,
        title,
        class: one,
        category,
        dueOn,
        minimum: 0,
        maximum: pointsPossible,
      }))
    }
    return imported.flatMap(({ source_id: id, number, minimum, parent, other, body }) => {
      // The line item of another period, or of a class that the roster no longer has.
      const of = parent === null ? firstClass : classById.get(parent)
      if (of === undefined) return []
      const stored = body === null ? undefined : JSON.parse(body) as LineItemBody
      const maximum = stored === undefined ? sum(pointsPossible, minimum) : stored[3]
      const category = categories.idOf(categoryId, other)
      return [{ id, number, title: stored?.[0] ?? title, class: of, category, dueOn, minimum, maximum }]
    })
  })
  if (categories.areWeighedHere()) {
    receipts.add('weights', 'Weights that were set here are not in the file: other courses of the roster ' +
      'may share the categories.')
  }
  return { items, categories: categories.list() }
}

function sum (points: number | null, minimum: number): number | null {
  return points === null ? null : points + minimum
}

/** Notes the categories that are in use. */
class CategoryIds {
  readonly #courseId: string
  readonly #rows: Map<number, Row<'categories'>>
  readonly #bodies: Map<string, string>
  /** By id. */
  readonly #used = new Map<string, Row<'categories'>>()

  /** `bodies`: those of the roster, by id. */
  constructor (courseId: string, rows: Array<Row<'categories'>>, bodies: Map<string, string>) {
    this.#courseId = courseId
    this.#rows = new Map(rows.map((row) => [row.id, row]))
    this.#bodies = bodies
  }

  /** The id of a category in the file; `imported` is the one that the line item came with. */
  idOf (categoryId: number | null, imported: string | null = null): string | null {
    const row = this.#rows.get(categoryId ?? -1)
    if (row === undefined) return null
    // The category of a grade book has its name as id, which other courses may have too.
    const own = this.#bodies.has(row.source_id)
      ? row.source_id
      : ownId('category', this.#courseId, row.source_id)
    const id = imported ?? own
    this.#used.set(id, row)
    return id
  }

  /** Whether somebody set a weight for one of them. */
  areWeighedHere (): boolean { return this.#used.values().some(({ set_weight: weight }) => weight !== null) }

  list (): RosterCategory[] {
    const all = Array.from(this.#used, ([id, { name, imported_weight: share }]) => {
      const body = this.#bodies.get(id)
      if (body === undefined) return { id, title: name, weight: null, share }
      const [title, weight] = JSON.parse(body) as CategoryBody
      return { id, title, weight, share: null }
    })
    const isInPercent = all.some(({ weight }) => weight !== null && weight > 1)
    return all.map(({ id, title, weight, share }) => {
      return { id, title, weight: weight ?? (share !== null && isInPercent ? share * 100 : share) }
    })
  }
}

async function bodiesOf (snapshot: Reads, ids: readonly string[]): Promise<Map<string, string>> {
  const found = await findRecords(snapshot, 'category', Array.from(new Set(ids)))
  return new Map(Array.from(found, ([id, { body }]) => [id, body]))
}
