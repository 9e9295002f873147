import { useRef, useState } from 'preact/hooks'
import type { StudentAnswer } from '../../http/schemas/student.ts'
import { call } from '../api.ts'
import { cellDiffers } from '../book/differences.ts'
import type { Staleness } from '../book/stale-notice.tsx'
import { useRefreshed } from '../use-refreshed.ts'

/** Time between two checks for changes made elsewhere, ms. */
const POLL_EVERY_MS = 20_000

interface LiveStudent {
  /** The student of the address; undefined: not loaded yet. */
  student: StudentAnswer | undefined
  error: unknown
  refresh: () => void
  live: Staleness
  /** Ids of the assignments that the last refresh has changed. */
  changed: ReadonlySet<number>
}

interface Shown {
  path: string
  student: StudentAnswer
  /** Undefined: nothing was refreshed. */
  changed?: ReadonlySet<number> | undefined
}

const NONE: ReadonlySet<number> = new Set()

/** One student, and whether the server has newer numbers than the page. They are shown when the user asks. */
export function useLiveStudent (courseId: number, studentId: number): LiveStudent {
  const path = `api/courses/${courseId}/performance/students/${studentId}`
  const { value, error, refresh } = useRefreshed(
    path,
    (signal) => call<StudentAnswer>('GET', path, { signal }),
    () => false,
    POLL_EVERY_MS
  )
  const [, draw] = useState(0)
  const kept = useRef<Shown>(undefined)
  if (value !== undefined && kept.current?.path !== path) kept.current = { path, student: value }
  const shown = kept.current?.path === path ? kept.current : undefined
  const changed = shown?.changed
  const show = (next: Shown) => {
    kept.current = next
    draw((count) => count + 1)
  }
  return {
    student: shown?.student,
    error: shown === undefined ? error : undefined,
    refresh,
    live: {
      isOld: shown !== undefined && value !== undefined && numbersOf(shown.student) !== numbersOf(value),
      changes: changed,
      changedScores: changed?.size ?? 0,
      showNew: () => {
        if (shown === undefined || value === undefined) return
        show({ path, student: value, changed: changedTasks(shown.student, value) })
      },
      hideChanges: () => {
        if (shown !== undefined) show({ path, student: shown.student })
      },
    },
    changed: changed ?? NONE,
  }
}

/** Everything about a student but who comes before and after. */
function numbersOf (student: StudentAnswer): string {
  return JSON.stringify({ ...student, previous: null, next: null })
}

function changedTasks (before: StudentAnswer, after: StudentAnswer): ReadonlySet<number> {
  const cells = new Map(before.data_headings.map(({ id }, j) => [id, before.data[j] ?? null]))
  return new Set(after.data_headings.flatMap(({ id }, j) =>
    cellDiffers(cells.get(id) ?? null, after.data[j] ?? null) ? [id] : []))
}
