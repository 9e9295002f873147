// What a view of the book shows, and in which order. It is in the address, so that it can be shared, and each
// browser remembers it for each course.
import { useEffect, useMemo } from 'preact/hooks'
import { courseLink, replaceAddress } from '../router.ts'
import type { Shown } from './columns.ts'
import { WORK_FILTERS, type AverageRange, type Sort, type WorkFilter } from './rows.ts'

export interface BookState {
  search: string
  periodId: string | null
  sort: Sort | null
  shown: Shown
  /** Only students with all of these. */
  work: readonly WorkFilter[]
  /** Only students whose course average is less than this many percent. */
  below: number | null
  /** The students behind a bar of a chart. */
  range: AverageRange | null
  showsDropped: boolean
  /** Keys of columns, and `group-ID` for the assignments of a category. */
  hidden: ReadonlySet<string>
  /** Ids of categories; empty: the order of the workbook. */
  order: readonly number[]
  /** The grid, or the plain table with this page. */
  view: 'grid' | 'table'
  page: number
}

const PREFIX = 'perfbook.view.'
/** What a chart's link or a bookmark asks for once is not remembered. */
const NOT_REMEMBERED = ['from', 'to', 'average', 'task', 'page']

export function readBookState (query: URLSearchParams): BookState {
  const list = (name: string) => (query.get(name) ?? '').split(',').filter((part) => part !== '')
  const sort = query.get('sort')
  const below = Number(query.get('below') ?? NaN)
  return {
    search: query.get('q') ?? '',
    periodId: /^[1-9]\d*$/.test(query.get('period') ?? '') ? query.get('period') : null,
    sort: sort === null || sort === ''
      ? null
      : { key: sort.replace(/^-/, ''), isDescending: sort.startsWith('-') },
    shown: query.get('scores') === 'points' ? 'points' : 'percent',
    work: WORK_FILTERS.filter((name) => query.get(name) === '1'),
    below: below >= 0 ? below : null,
    range: rangeOf(query),
    showsDropped: query.get('dropped') === '1',
    hidden: new Set(list('hide')),
    order: list('order').map(Number).filter((id) => Number.isSafeInteger(id)),
    view: query.get('view') === 'table' ? 'table' : 'grid',
    page: Math.max(1, Math.floor(Number(query.get('page') ?? 1)) || 1),
  }
}

/** What differs from a book that was just opened, as the query of its address. */
export function bookQuery (state: BookState): URLSearchParams {
  const { search, periodId, sort, shown, work, below, range, showsDropped, hidden, order, view } = state
  const query = new URLSearchParams()
  if (search.trim() !== '') query.set('q', search)
  if (periodId !== null) query.set('period', periodId)
  if (sort !== null) query.set('sort', `${sort.isDescending ? '-' : ''}${sort.key}`)
  if (shown === 'points') query.set('scores', 'points')
  for (const name of work) query.set(name, '1')
  if (below !== null) query.set('below', String(below))
  if (range === 'none') query.set('average', 'none')
  else if (range !== null) {
    query.set('from', String(range.from))
    if (range.to !== null) query.set('to', String(range.to))
  }
  if (showsDropped) query.set('dropped', '1')
  if (hidden.size > 0) query.set('hide', [...hidden].join(','))
  if (order.length > 0) query.set('order', order.join(','))
  if (view === 'table') query.set('view', 'table')
  if (view === 'table' && state.page > 1) query.set('page', String(state.page))
  return query
}

/** The filter in a chart's link: `?from=0.6&to=0.7`, or `?average=none`. */
function rangeOf (query: URLSearchParams): AverageRange | null {
  if (query.get('average') === 'none') return 'none'
  const from = Number(query.get('from') ?? NaN)
  if (Number.isNaN(from)) return null
  const to = query.get('to')
  return { from, to: to === null ? null : Number(to) }
}

/** The address of a course's book as it was shown last in this browser. */
export function rememberedQuery (courseId: number): URLSearchParams {
  return new URLSearchParams(localStorage.getItem(PREFIX + courseId) ?? '')
}

/** For all courses: the next user to sign in may be another person. */
export function forgetBookStates (): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key)
}

/**
 * The state in an address, and a function that changes it. An address without a query opens the book as it
 * was shown last. `isBook`: the address is a book's, not that of another view of the course.
 */
export function useBookState (
  courseId: number,
  query: URLSearchParams,
  isBook: boolean
): [BookState, (change: Partial<BookState>) => void] {
  const text = String(query)
  const state = useMemo(() => readBookState(query), [text])
  useEffect(() => {
    if (!isBook) return
    const remembered = rememberedQuery(courseId)
    if (text === '' && remembered.size > 0) replaceAddress(courseLink(courseId, 'book', remembered))
  }, [courseId, isBook])
  useEffect(() => {
    if (!isBook) return
    const remembered = new URLSearchParams(text)
    for (const name of NOT_REMEMBERED) remembered.delete(name)
    localStorage.setItem(PREFIX + courseId, String(remembered))
  }, [courseId, text, isBook])
  return [state, (change) => {
    // A change of what is listed starts the plain table at its first page.
    replaceAddress(courseLink(courseId, 'book', bookQuery({ ...state, page: 1, ...change })))
  }]
}
