import { useState } from 'preact/hooks'
import type { Edits } from './draft.ts'

/** By course. Edits stay while the user looks at other views; the browser asks before it closes the page. */
const kept = new Map<number, Edits>()

function askBeforeClosing (event: BeforeUnloadEvent): void {
  event.preventDefault()
}

function keep (courseId: number, edits: Edits): void {
  if (Object.values(edits).every((edit) => edit === undefined)) kept.delete(courseId)
  else kept.set(courseId, edits)
  if (kept.size === 0) removeEventListener('beforeunload', askBeforeClosing)
  else addEventListener('beforeunload', askBeforeClosing)
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
