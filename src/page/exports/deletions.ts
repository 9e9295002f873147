import { useEffect, useReducer } from 'preact/hooks'
import { call } from '../api.ts'

/** So long a deletion can be taken back, ms. */
export const UNDO_MS = 8000

interface Deletion {
  courseId: number
  exportId: number
  name: string
  endsAt: number
  timer: ReturnType<typeof setTimeout>
  error?: unknown
}

// Outside of any view: whoever looks at another course meanwhile still gets what he asked for. Closing the
// page takes it back.
const deletions = new Map<number, Deletion>()
const listeners = new Set<() => void>()
const changed = () => {
  for (const listener of listeners) listener()
}

export interface ShownDeletion {
  exportId: number
  name: string
  secondsLeft: number
  error?: unknown
}

/**
 * Deletes an export after some seconds in which it can be undone; `then` is called when the server has done
 * it.
 */
export function deleteLater (courseId: number, exportId: number, name: string, then: () => void): void {
  const timer = setTimeout(() => {
    call('DELETE', `api/courses/${courseId}/performance/exports/${exportId}`).then(
      () => {
        deletions.delete(exportId)
        then()
        changed()
      },
      (error: { code?: string }) => {
        if (error.code === 'EXPORT_NOT_FOUND') {
          deletions.delete(exportId)
          then()
        } else deletions.set(exportId, { ...deletions.get(exportId)!, error })
        changed()
      }
    )
  }, UNDO_MS)
  deletions.set(exportId, { courseId, exportId, name, endsAt: performance.now() + UNDO_MS, timer })
  changed()
}

export function undoDeletion (exportId: number): void {
  clearTimeout(deletions.get(exportId)?.timer)
  deletions.delete(exportId)
  changed()
}

/** What is about to be deleted in a course, and what could not be. */
export function useDeletions (courseId: number): ShownDeletion[] {
  const [, draw] = useReducer((n: number, _: undefined) => n + 1, 0)
  useEffect(() => {
    const listener = () => {
      draw(undefined)
    }
    listeners.add(listener)
    // The seconds that are left move.
    const clock = setInterval(() => {
      if (deletions.size > 0) listener()
    }, 1000)
    return () => {
      listeners.delete(listener)
      clearInterval(clock)
    }
  }, [])
  return [...deletions.values()].filter((one) => one.courseId === courseId)
    .map(({ exportId, name, endsAt, error }) => ({
      exportId,
      name,
      secondsLeft: Math.max(0, Math.ceil((endsAt - performance.now()) / 1000)),
      error,
    }))
}
