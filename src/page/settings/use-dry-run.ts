import { useEffect, useState } from 'preact/hooks'
import type { SettingsAnswer } from '../../http/schemas/book.ts'
import { call } from '../api.ts'
import type { changesOf } from './draft.ts'

/** Delay between the last change and the request, ms. */
const DELAY_MS = 250

export interface DryRun {
  answer: SettingsAnswer | undefined
  error: unknown
  isAsking: boolean
}

/** The averages that unsaved changes would give. The request changes nothing. */
export function useDryRun (courseId: number, changes: ReturnType<typeof changesOf>): DryRun {
  const [run, setRun] = useState<DryRun>({ answer: undefined, error: undefined, isAsking: false })
  const key = JSON.stringify(changes)
  useEffect(() => {
    const over = new AbortController()
    if (changes == null) {
      setRun({ answer: undefined, error: undefined, isAsking: false })
      return
    }
    setRun((before) => ({ ...before, isAsking: true }))
    const timer = setTimeout(() => {
      const request = { body: changes, signal: over.signal }
      call<SettingsAnswer>('PATCH', `api/courses/${courseId}?dry_run=true`, request).then(
        (answer) => {
          setRun({ answer, error: undefined, isAsking: false })
        },
        (error: unknown) => {
          if (!over.signal.aborted) setRun({ answer: undefined, error, isAsking: false })
        }
      )
    }, DELAY_MS)
    return () => {
      clearTimeout(timer)
      over.abort()
    }
  }, [courseId, key])
  return run
}
