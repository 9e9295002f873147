import { useMemo } from 'preact/hooks'
import type { Book, Student } from '../../http/schemas/book.ts'
import type { Texts } from '../texts/use-texts.ts'
import type { BookState } from './book-state.ts'
import { allColumns, shownColumns, type Column } from './columns.ts'
import { rowsOf } from './rows.ts'
import { useWidths } from './use-widths.ts'

/** The columns and the rows of a book in a state of its view. */
export interface BookTable {
  book: Book
  columns: readonly Column[]
  /** Without hidden ones, in their widths. */
  visible: readonly Column[]
  students: Student[]
  /** Of columns that were resized, px. */
  widths: Readonly<Record<string, number>>
  setWidths: (widths: Readonly<Record<string, number>>) => void
}

/** Works out columns and rows again only when something changes that they depend on. */
export function useBookTable (book: Book, state: BookState, texts: Texts): BookTable {
  const { compare } = texts
  const { order, hidden, search, sort, work, below, showsDropped, range } = state
  const [widths, setWidths] = useWidths(book.course.id)
  const columns = useMemo(() => allColumns(book, texts, order), [book, texts, String(order)])
  const visible = useMemo(
    () => shownColumns(columns, hidden, widths),
    [columns, [...hidden].join(), widths]
  )
  // `state` is a new object whenever anything in the address changes.
  const choice = [
    search, sort?.key, sort?.isDescending, String(work), below, showsDropped, JSON.stringify(range),
  ]
  const students = useMemo(() => rowsOf(book, columns, state, compare), [book, columns, compare, ...choice])
  return { book, columns, visible, students, widths, setWidths }
}
