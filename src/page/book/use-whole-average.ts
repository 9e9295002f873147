import type { Book } from '../../http/schemas/book.ts'
import { call } from '../api.ts'
import { useLoaded } from '../use-loaded.ts'

/**
 * The average of the whole course beside that of one period; undefined: the whole course is shown, or it has
 * not arrived. `version` is of the book that is shown.
 */
export function useWholeAverage (
  courseId: number,
  periodId: string | null,
  version: string
): number | null | undefined {
  const key = periodId === null ? '' : `${courseId} ${version}`
  const loaded = useLoaded(key, async (signal) => {
    if (key === '') return undefined
    const path = `api/courses/${courseId}/performance?limit=1`
    return (await call<Book>('GET', path, { signal })).course_average
  })
  return loaded.value
}
