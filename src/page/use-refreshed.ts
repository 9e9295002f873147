import { useCallback, useEffect, useRef, useState } from 'preact/hooks'

/** While something moves it is asked for again this often, ms. */
const SOON_MS = 2000
/** What others do shows up after so long, ms. */
const RARELY_MS = 30_000
/** After failures the pauses grow up to this, ms. */
const LONGEST_MS = 60_000

export interface Refreshed<T> {
  /** Undefined until the first answer, and after a change of the key. */
  value: T | undefined
  /** Of the last attempt; the value before it stays. */
  error: unknown
  refresh: () => void
}

/**
 * Loads, and loads again from time to time: soon while `isMoving` says so, else rarely, with growing pauses
 * where it fails, and not at all while nobody looks at the page. The next turn begins when the one before has
 * ended.
 */
export function useRefreshed<T> (
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  isMoving: (value: T) => boolean
): Refreshed<T> {
  const [shown, setShown] = useState<{ key: string, value: T | undefined, error: unknown }>({
    key,
    value: undefined,
    error: undefined,
  })
  const again = useRef(() => {})
  const latest = useRef({ load, isMoving })
  latest.current = { load, isMoving }
  useEffect(() => {
    const over = new AbortController()
    let turn = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let failures = 0
    setShown({ key, value: undefined, error: undefined })

    function later (ms: number) {
      clearTimeout(timer)
      if (!over.signal.aborted && document.visibilityState === 'visible') {
        timer = setTimeout(() => {
          void look()
        }, ms)
      }
    }
    async function look () {
      clearTimeout(timer)
      turn.abort()
      const mine = turn = new AbortController()
      try {
        const value = await latest.current.load(AbortSignal.any([mine.signal, over.signal]))
        if (mine.signal.aborted || over.signal.aborted) return
        failures = 0
        setShown({ key, value, error: undefined })
        later(latest.current.isMoving(value) ? SOON_MS : RARELY_MS)
      } catch (error) {
        if (mine.signal.aborted || over.signal.aborted) return
        setShown((before) => ({ ...before, error }))
        later(Math.min(LONGEST_MS, SOON_MS * 2 ** failures++))
      }
    }
    again.current = () => {
      void look()
    }
    const seen = () => {
      if (document.visibilityState === 'visible') void look()
    }
    document.addEventListener('visibilitychange', seen, { signal: over.signal })
    addEventListener('online', seen, { signal: over.signal })
    void look()
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
