import { useEffect, useState } from 'preact/hooks'
import type { Book } from '../../http/schemas/book.ts'
import { call } from '../api.ts'

/** Students in the first request: enough for the first screens, so that they appear soon. */
const FIRST_PAGE = 300
const NEXT_PAGE = 100_000

type BookState =
  | { state: 'loading' }
  | { state: 'failed', error: unknown }
  /** `isWhole` is false while more students are being loaded. */
  | { state: 'ready', book: Book, isWhole: boolean }

/**
 * The book of a course, or of one of its periods, loaded page by page. `reload` fetches it again; until the
 * answer arrives, the old book is shown.
 */
export function useBook (courseId: number, periodId: string | null): BookState & { reload: () => void } {
  const [shown, setShown] = useState<BookState>({ state: 'loading' })
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    const over = new AbortController()
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
      setShown({ state: 'ready', book, isWhole: book.next_cursor === null })
      while (book.next_cursor !== null) {
        const next = await page(NEXT_PAGE, book.next_cursor)
        book = { ...next, students: book.students.concat(next.students) }
        setShown({ state: 'ready', book, isWhole: book.next_cursor === null })
      }
    }
    setShown((before) => before.state === 'ready' ? before : { state: 'loading' })
    load().catch((error: unknown) => {
      if (!over.signal.aborted) setShown({ state: 'failed', error })
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
