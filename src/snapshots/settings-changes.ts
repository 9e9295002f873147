// Differences in everything but students: settings, categories, periods, tasks, class averages.
import type { Book } from '../courses/book.ts'
import type { BookCategory, BookTask } from '../courses/book-columns.ts'
import type { Change, ChangedField, ChangeKind, ChangeValue } from './change.ts'
import type { ClassAverages, SnapshotHeader } from './snapshot-format.ts'

type Settings = Pick<Book, 'course' | 'categories' | 'periods' | 'tasks'>
type Reader<T> = (item: T, book: Settings) => ChangeValue

const COURSE: Array<[ChangedField, (course: Settings['course']) => ChangeValue]> = [
  ['name', ({ name }) => name],
  ['school', ({ school }) => school],
  ['term', ({ term }) => term],
  ['time_zone', ({ timeZone }) => timeZone],
  ['missing_counts', ({ missingCounts }) => missingCounts],
  // No scale is null, as in the course itself.
  ['grading_scale', ({ gradingScale }) => gradingScale.length === 0 ? null : gradingScale],
]
const TASK: Array<[ChangedField, Reader<BookTask>]> = [
  ['title', ({ title }) => title],
  ['category', ({ category }, { categories }) => categories[category]?.name ?? null],
  ['due_at', ({ dueAt }) => dueAt],
  ['points_possible', ({ pointsPossible }) => pointsPossible],
]

/**
 * Averages that differ by no more than this are the same: their last digits depend on the order of adding.
 */
const SAME_AVERAGE = 1e-10

/** The differences in settings, categories, periods and tasks, in this order. */
export function settingsChanges (before: Settings, after: Settings): Change[] {
  return [
    ...COURSE.flatMap(([field, read]): Change[] => {
      const [was, is] = [read(before.course), read(after.course)]
      if (JSON.stringify(was) === JSON.stringify(is)) return []
      return [{ kind: 'setting_changed', field, before: was, after: is }]
    }),
    ...listChanges<BookCategory>('category', (book) => book.categories, before, after, [
      ['name', ({ name }) => name],
      ['weight', ({ weight }) => weight],
    ]),
    ...listChanges<Book['periods'][number]>('period', (book) => book.periods, before, after, [
      ['name', ({ name }) => name],
    ]),
    ...listChanges<BookTask>('task', (book) => book.tasks, before, after, TASK),
  ]
}

/** The differences in the class averages: the course average, then those of categories. */
export function classAverageChanges (
  before: ClassAverages,
  after: ClassAverages,
  categories: { before: SnapshotHeader['categories'], after: Book['categories'] }
): Change[] {
  const changes: Change[] = []
  const add = (was: number | null, is: number | null, category?: Change['category']): void => {
    if (areSameAverages(was ?? NaN, is ?? NaN)) return
    changes.push({
      kind: 'class_average_changed',
      ...(category === undefined ? {} : { category }),
      before: was,
      after: is,
    })
  }
  add(before.course, after.course)
  for (const { item, was, is } of pairs(categories.before, categories.after)) {
    add(before.categories[was] ?? null, after.categories[is] ?? null, item)
  }
  return changes
}

/** Whether two averages, fractions, count as the same. NaN: no average. */
export function areSameAverages (one: number, other: number): boolean {
  return Number.isNaN(one) || Number.isNaN(other)
    ? Number.isNaN(one) === Number.isNaN(other)
    : Math.abs(one - other) <= SAME_AVERAGE
}

interface Pair<T> {
  /** As it is now, or else as it was. */
  item: T
  /** Its index in each list; -1: it is not there. */
  was: number
  is: number
}

/** What is in either list, by id: in the order of the present list, then what is gone. */
export function pairs<T extends { id: number }> (before: readonly T[], after: readonly T[]): Array<Pair<T>> {
  const places = new Map(before.map(({ id }, i) => [id, i]))
  const present = new Set(after.map(({ id }) => id))
  return [
    ...after.map((item, is) => ({ item, was: places.get(item.id) ?? -1, is })),
    ...before.flatMap((item, was) => present.has(item.id) ? [] : [{ item, was, is: -1 }]),
  ]
}

type Subject = 'category' | 'period' | 'task'

function listChanges<T extends { id: number }> (
  subject: Subject,
  list: (book: Settings) => T[],
  before: Settings,
  after: Settings,
  fields: Array<[ChangedField, Reader<T>]>
): Change[] {
  const kind = (what: 'added' | 'removed' | 'changed') => `${subject}_${what}` satisfies ChangeKind
  return pairs(list(before), list(after)).flatMap(({ item, was, is }): Change[] => {
    const [former, present] = [list(before)[was], list(after)[is]]
    const name = (of: T, book: Settings): ChangeValue => fields[0]?.[1](of, book) ?? null
    if (former === undefined) {
      return [{ kind: kind('added'), [subject]: item, before: null, after: name(item, after) }]
    }
    if (present === undefined) {
      return [{ kind: kind('removed'), [subject]: item, before: name(item, before), after: null }]
    }
    return fields.flatMap(([field, read]): Change[] => {
      const [old, now] = [read(former, before), read(present, after)]
      return old === now ? [] : [{ kind: kind('changed'), field, [subject]: item, before: old, after: now }]
    })
  })
}
