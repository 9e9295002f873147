import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Book } from '../../http/schemas/book.ts'
import type { ExportItem } from '../../http/schemas/common.ts'
import { callIfChanged } from '../api.ts'
import { useRefreshed } from '../use-refreshed.ts'
import { countScores, differences, type Changes } from './differences.ts'
import type { Staleness } from './stale-notice.tsx'
import { useBook, type BookState } from './use-book.ts'

/** Time between two checks for changes made elsewhere, ms. */
const POLL_EVERY_MS = 20_000

/** The state of the server since the book was loaded. */
export interface LiveBook extends Staleness {
  /** Of the book that is shown. */
  version: string
  /** Newest first; undefined: not known yet. */
  exports: readonly ExportItem[] | undefined
  /** Why the last check failed. */
  error: unknown
  changes: Changes | undefined
  /** Checks for changes now. */
  refresh: () => void
}

/** The book of a course or of one period, and whether it is still up to date. */
export function useLiveBook (
  courseId: number,
  periodId: string | null
): { loaded: BookState & { reload: () => void }, live: LiveBook } {
  const loaded = useBook(courseId, periodId)
  const [marked, setMarked] = useState<{ key: string, changes: Changes }>()
  /** The book that was shown when the user selected Refresh. */
  const before = useRef<Book>(undefined)
  const key = `${courseId} ${periodId ?? ''}`
  const known = useRef<{ path: string, etag: string, value: Look }>(undefined)
  const shown = loaded.state === 'ready' ? loaded.book : undefined
  const isLoaded = loaded.state === 'ready' && loaded.key === key

  const path = isLoaded
    ? `api/courses/${courseId}/performance?limit=1${periodId === null ? '' : `&period_id=${periodId}`}`
    : ''
  const look = useRefreshed<Look | undefined>(path, async (signal) => {
    if (path === '') return undefined
    const at = performance.now()
    const etag = known.current?.path === path ? known.current.etag : undefined
    const answer = await callIfChanged<Book>(path, etag, { signal })
    if (answer === undefined) {
      return known.current === undefined ? undefined : { ...known.current.value, at }
    }
    const value = { version: answer.value.version, exports: answer.value.exports, at }
    known.current = { path, etag: answer.etag, value }
    return value
  }, () => false, POLL_EVERY_MS)

  useEffect(() => {
    if (!isLoaded || loaded.state !== 'ready' || !loaded.isWhole) return
    const old = before.current
    if (old === undefined || old.version === loaded.book.version) return
    before.current = undefined
    setMarked({ key, changes: differences(old, loaded.book) })
  }, [loaded])

  const version = shown?.version ?? ''
  // A look that began before the book arrived says nothing about it.
  const loadedAt = isLoaded ? loaded.at : Infinity
  const isOld = look.value !== undefined && look.value.at >= loadedAt && look.value.version !== version
  const polled = useRef('')
  useEffect(() => {
    // A new path is requested at once anyway.
    if (polled.current === path) look.refresh()
    polled.current = path
  }, [loadedAt])
  const changes = marked?.key === key ? marked.changes : undefined
  const changedScores = useMemo(() => changes === undefined ? 0 : countScores(changes), [changes])
  return {
    loaded,
    live: {
      version,
      exports: look.value?.exports ?? shown?.exports,
      error: look.error,
      isOld,
      changes,
      changedScores,
      refresh: look.refresh,
      showNew: () => {
        before.current = shown
        setMarked(undefined)
        loaded.reload()
        look.refresh()
      },
      hideChanges: () => {
        setMarked(undefined)
      },
    },
  }
}

interface Look {
  /** When it was requested, by `performance.now()`. */
  at: number
  version: string
  exports: readonly ExportItem[]
}
