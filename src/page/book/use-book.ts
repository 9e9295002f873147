import { useEffect, useState } from 'preact/hooks'
import type { Book } from '../../http/schemas/book.ts'
import { call } from '../api.ts'

/** Students in the first request: enough for the first screens, so that they appear soon. */
const FIRST_PAGE = 300
const NEXT_PAGE = 100_000

export type BookState =
  | { state: 'loading' }
  | { state: 'failed', error: unknown }
  /**
   * `isWhole` is false while more students are being loaded. `key`: the course and the period, `periodId`.
   * `at`: when its first page arrived, by `performance.now()`.
   */
  | { state: 'ready', book: Book, isWhole: boolean, key: string, periodId: string | null, at: number }

/**
 * The book of a course, or of one of its periods, loaded page by page. `reload` fetches it again; until the
 * answer arrives, the old book is shown.
 */
export function useBook (courseId: number, periodId: string | null): BookState & { reload: () => void } {
  const [shown, setShown] = useState<BookState>({ state: 'loading' })
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    const over = new AbortController()
    const key = `${courseId} ${periodId ?? ''}`
    const page = (limit: number, cursor: string | null) => {
      const query = new URLSearchParams({
        limit: String(limit),
        ...(cursor === null ? {} : { cursor }),
        ...(periodId === null ? {} : { period_id: periodId }),
      })
      return call<Book>('GET', `api/courses/${courseId}/performance?${query}`, { signal: over.signal })
    }
    async function load () {
      let book = await page(FIRST_PAGE, null)
      const first = book
      const at = performance.now()
      setShown({ state: 'ready', book, isWhole: book.next_cursor === null, key, periodId, at })
      while (book.next_cursor !== null) {
        const next = await page(NEXT_PAGE, book.next_cursor)
        // The first students are of this version: if the book has changed meanwhile, it says so later.
        book = { ...next, version: first.version, students: book.students.concat(next.students) }
        setShown({ state: 'ready', book, isWhole: book.next_cursor === null, key, periodId, at })
      }
    }
    setShown((before) => before.state === 'ready' ? before : { state: 'loading' })
    load().catch((error: unknown) => {
      if (over.signal.aborted) return
      // A book that could not be loaded again stays.
      setShown((before) =>
        before.state === 'ready' && before.key === key ? before : { state: 'failed', error }
      )
    })
    return () => {
      over.abort()
    }
  }, [courseId, periodId, attempt])
  return {
    ...shown,
    reload: () => {
      setAttempt((n) => n + 1)
    },
  }
}
