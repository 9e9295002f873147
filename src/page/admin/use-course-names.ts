import { useEffect, useState } from 'preact/hooks'
import type { CourseItem } from '../../http/schemas/book.ts'
import { call } from '../api.ts'

/** Names of courses by id, as far as they are known by now; without them ids do. */
export function useCourseNames (): ReadonlyMap<number, string> {
  const [names, setNames] = useState<ReadonlyMap<number, string>>(new Map())
  useEffect(() => {
    const over = new AbortController()
    call<CourseItem[]>('GET', 'api/courses', undefined, over.signal).then(
      (courses) => { setNames(new Map(courses.map(({ id, name }) => [id, name]))) },
      () => {})
    return () => { over.abort() }
  }, [])
  return names
}
