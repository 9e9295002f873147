import { useEffect, useState } from 'preact/hooks'
import type { Edits } from './draft.ts'

/** By course. Edits stay while the user looks at other views; the browser asks before it closes the page. */
const kept = new Map<number, Edits>()
const listeners = new Set<() => void>()

function askBeforeClosing (event: BeforeUnloadEvent): void {
  event.preventDefault()
}

function keep (courseId: number, edits: Edits): void {
  if (Object.values(edits).every((edit) => edit === undefined)) kept.delete(courseId)
  else kept.set(courseId, edits)
  if (kept.size === 0) removeEventListener('beforeunload', askBeforeClosing)
  else addEventListener('beforeunload', askBeforeClosing)
  for (const listener of listeners) listener()
}

/** Whether the settings of a course have edits that are not saved. */
export function useHasEdits (courseId: number): boolean {
  const [hasEdits, setHasEdits] = useState(kept.has(courseId))
  useEffect(() => {
    const look = () => {
      setHasEdits(kept.has(courseId))
    }
    look()
    listeners.add(look)
    return () => {
      listeners.delete(look)
    }
  }, [courseId])
  return hasEdits
}

/** Forgets the unsaved settings of all courses: the next user to sign in may be another person. */
export function forgetEdits (): void {
  for (const courseId of [...kept.keys()]) keep(courseId, {})
}

/** The unsaved settings of a course, also after another view was shown, and a function that replaces them. */
export function useKeptEdits (courseId: number): [Edits, (edits: Edits) => void] {
  const [edits, setEdits] = useState<Edits>(() => kept.get(courseId) ?? {})
  return [edits, (next) => {
    keep(courseId, next)
    setEdits(next)
  }]
}
