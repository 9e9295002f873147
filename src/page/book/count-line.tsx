import type { Book, Student } from '../../http/schemas/book.ts'
import { fold } from '../fold.ts'
import type { Texts } from '../texts/use-texts.ts'
import type { BookState } from './book-state.ts'
import type { AverageRange } from './rows.ts'

/** "57 students, 4 dropped", and how many of them are listed if not all. */
export function countText (students: readonly Student[], listed: readonly Student[], { t }: Texts): string {
  const dropped = students.filter(({ is_dropped: isDropped }) => isDropped).length
  const counts = [t('courses.students', { count: students.length - dropped })]
  if (dropped > 0) counts.push(t('book.droppedCount', { count: dropped }))
  const isAll = listed.filter((student) => !student.is_dropped).length === students.length - dropped
  return isAll ? counts.join(', ') : t('book.listed', { count: listed.length, all: counts.join(', ') })
}

/** The average, and what it covers: "3rd period 78.9 %, course 79.3 %". */
export function averageText (
  book: Book,
  periodId: string | null,
  /** The average of the whole course; undefined: not known yet. */
  whole: number | null | undefined,
  texts: Texts
): string {
  const { t, score } = texts
  const period = book.periods.find(({ id }) => String(id) === periodId)
  if (period === undefined) return t('book.average', { value: score(book.course_average) })
  const own = t('book.periodAverage', {
    period: periodName(period.name, texts),
    value: score(book.course_average)
  })
  return whole === undefined ? own : t('book.periodAndCourse', { period: own, value: score(whole) })
}

/** "3rd" is "3rd period"; a name that says so already stays as it is. */
export function periodName (name: string, { t }: Pick<Texts, 't'>): string {
  return fold(name).includes(fold(t('book.period'))) ? name : t('book.periodName', { period: name })
}

/** The filters in words, with what takes each of them away. */
export function activeFilters (
  state: BookState,
  { t, percent, number }: Texts
): Array<{ text: string, without: Partial<BookState> }> {
  const { search, work, below, range, hidden } = state
  return [
    ...(search.trim() === ''
      ? []
      : [{ text: t('filters.search', { text: search.trim() }), without: { search: '' } }]),
    ...work.map((name) => ({
      text: t(`filters.${name}`),
      without: { work: work.filter((one) => one !== name) },
    })),
    ...(below === null
      ? []
      : [{ text: t('filters.belowLimit', { limit: number(below) }), without: { below: null } }]),
    ...(range === null
      ? []
      : [{ text: rangeText(range, { t, percent }), without: { range: null } }]),
    ...(hidden.size === 0
      ? []
      : [{ text: t('columns.hidden'), without: { hidden: new Set<string>() } }]),
  ]
}

function rangeText (range: AverageRange, { t, percent }: Pick<Texts, 't' | 'percent'>): string {
  if (range === 'none') return t('book.withoutAverage')
  const { from, to } = range
  return t('book.between', { from: percent(from), to: to === null ? '…' : percent(to) })
}
