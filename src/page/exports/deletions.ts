import { useEffect, useReducer } from 'preact/hooks'
import { call } from '../api.ts'

/** How long a deletion can be undone, ms. */
const UNDO_MS = 8000

interface Deletion {
  courseId: number
  exportId: number
  name: string
  endsAt: number
  timer: ReturnType<typeof setTimeout>
  error?: unknown
}

// Not in a view: a deletion continues when the user opens another course. Closing the page cancels it.
const deletions = new Map<number, Deletion>()
const listeners = new Set<() => void>()
const changed = () => {
  for (const listener of listeners) listener()
}

interface ShownDeletion {
  exportId: number
  name: string
  secondsLeft: number
  error?: unknown
}

/** Deletes an export after a few seconds in which it can be undone. Calls `onDeleted` after it is deleted. */
export function deleteLater (courseId: number, exportId: number, name: string, onDeleted: () => void): void {
  const timer = setTimeout(() => {
    call('DELETE', `api/courses/${courseId}/performance/exports/${exportId}`).then(
      () => {
        deletions.delete(exportId)
        onDeleted()
        changed()
      },
      (error: { code?: string }) => {
        if (error.code === 'EXPORT_NOT_FOUND') {
          deletions.delete(exportId)
          onDeleted()
        } else deletions.set(exportId, { ...deletion, error })
        changed()
      }
    )
  }, UNDO_MS)
  const deletion = { courseId, exportId, name, endsAt: performance.now() + UNDO_MS, timer }
  deletions.set(exportId, deletion)
  changed()
}

export function undoDeletion (exportId: number): void {
  clearTimeout(deletions.get(exportId)?.timer)
  deletions.delete(exportId)
  changed()
}

/** Deletions in a course that are pending or have failed. */
export function useDeletions (courseId: number): ShownDeletion[] {
  const [, draw] = useReducer((n: number, _: undefined) => n + 1, 0)
  useEffect(() => {
    const listener = () => {
      draw(undefined)
    }
    listeners.add(listener)
    // The seconds left change.
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
