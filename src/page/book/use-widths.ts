import { useState } from 'preact/hooks'

const PREFIX = 'perfbook.widths.'

type Widths = Readonly<Record<string, number>>

/**
 * Widths of columns by their keys, px; `task` is for all assignments. This browser remembers them by course.
 */
export function useWidths (courseId: number): [Widths, (widths: Widths) => void] {
  const [widths, setWidths] = useState(() => savedWidths(courseId))
  return [widths, (next) => {
    setWidths(next)
    localStorage.setItem(PREFIX + courseId, JSON.stringify(next))
  }]
}

function savedWidths (courseId: number): Widths {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(PREFIX + courseId) ?? '{}')
    return Object.fromEntries(
      Object.entries(saved as object)
        .filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    )
  } catch {
    return {}
  }
}
