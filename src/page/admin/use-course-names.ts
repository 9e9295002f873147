import { useEffect, useState } from 'preact/hooks'
import type { CourseItem } from '../../http/schemas/book.ts'
import { call } from '../api.ts'

/** The names of courses by id. Before they are loaded, the map is empty, and views show ids. */
export function useCourseNames (): ReadonlyMap<number, string> {
  const [names, setNames] = useState<ReadonlyMap<number, string>>(new Map())
  useEffect(() => {
    const over = new AbortController()
    call<CourseItem[]>('GET', 'api/courses', { signal: over.signal }).then(
      (courses) => { setNames(new Map(courses.map(({ id, name }) => [id, name]))) },
      () => {})
    return () => { over.abort() }
  }, [])
  return names
}
