import { useEffect, useState } from 'preact/hooks'

type Loaded<T> =
  | { state: 'loading', value?: T | undefined }
  | { state: 'ready', value: T }
  | { state: 'failed', error: unknown, value?: undefined }

/** Loads again when `key` changes. A late answer for an old key is dropped. `reload` tries again. */
export function useLoaded<T> (
  key: string,
  load: (signal: AbortSignal) => Promise<T>
): Loaded<T> & { reload: () => void } {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' })
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    const over = new AbortController()
    setLoaded({ state: 'loading' })
    load(over.signal).then(
      (value) => {
        if (!over.signal.aborted) setLoaded({ state: 'ready', value })
      },
      (error: unknown) => {
        if (!over.signal.aborted) setLoaded({ state: 'failed', error })
      }
    )
    return () => {
      over.abort()
    }
  }, [key, attempt])
  return {
    ...loaded,
    reload: () => {
      setAttempt((n) => n + 1)
    },
  }
}
