import { useCallback, useEffect, useRef, useState } from 'preact/hooks'

/** Pause between two requests while something is changing, ms. */
const SOON_MS = 2000
/** Pause between two requests otherwise, ms. */
const RARELY_MS = 30_000
/** Longest pause after failures, ms. */
const LONGEST_MS = 60_000

interface Refreshed<T> {
  /** Undefined before the first answer for this key. */
  value: T | undefined
  /** The error of the last attempt. The value of an earlier attempt is kept. */
  error: unknown
  refresh: () => void
}

/**
 * Loads a value, and loads it again: soon while `isChanging` says so, after `rarely` ms otherwise, with
 * growing pauses after failures, and not at all while the page is hidden. One request starts after the one
 * before has ended.
 */
export function useRefreshed<T> (
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  isChanging: (value: T) => boolean,
  rarely = RARELY_MS
): Refreshed<T> {
  const [shown, setShown] = useState<{ key: string, value: T | undefined, error: unknown }>({
    key,
    value: undefined,
    error: undefined,
  })
  const again = useRef(() => {})
  const latest = useRef({ load, isChanging })
  latest.current = { load, isChanging }
  useEffect(() => {
    const over = new AbortController()
    let turn = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let failures = 0
    setShown({ key, value: undefined, error: undefined })

    function requestAfter (ms: number) {
      clearTimeout(timer)
      if (!over.signal.aborted && document.visibilityState === 'visible') {
        timer = setTimeout(() => {
          void request()
        }, ms)
      }
    }
    async function request () {
      clearTimeout(timer)
      turn.abort()
      const mine = turn = new AbortController()
      try {
        const value = await latest.current.load(AbortSignal.any([mine.signal, over.signal]))
        if (mine.signal.aborted || over.signal.aborted) return
        failures = 0
        setShown({ key, value, error: undefined })
        requestAfter(latest.current.isChanging(value) ? SOON_MS : rarely)
      } catch (error) {
        if (mine.signal.aborted || over.signal.aborted) return
        setShown((before) => ({ ...before, error }))
        requestAfter(Math.min(LONGEST_MS, SOON_MS * 2 ** failures++))
      }
    }
    again.current = () => {
      void request()
    }
    const requestIfVisible = () => {
      if (document.visibilityState === 'visible') void request()
    }
    document.addEventListener('visibilitychange', requestIfVisible, { signal: over.signal })
    addEventListener('online', requestIfVisible, { signal: over.signal })
    void request()
    return () => {
      clearTimeout(timer)
      over.abort()
    }
  }, [key])
  const refresh = useCallback(() => {
    again.current()
  }, [])
  return { ...(shown.key === key ? shown : { value: undefined, error: undefined }), refresh }
}
