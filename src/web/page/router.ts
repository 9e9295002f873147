import { useEffect, useState } from 'preact/hooks'

// Addresses stand behind the #, so that the page is one document whatever path it is served under.
export type CourseTab = 'book' | 'charts' | 'settings'
export type Route =
  | { view: 'courses' }
  | { view: 'course', courseId: number, tab: CourseTab, query: URLSearchParams }
  | { view: 'unknown' }

export function parseRoute (hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?')
  if (path === '' || path === '/') return { view: 'courses' }
  const match = /^\/courses\/([1-9]\d*)(?:\/(charts|settings))?$/.exec(path)
  if (match === null) return { view: 'unknown' }
  return { view: 'course', courseId: Number(match[1]), tab: (match[2] ?? 'book') as CourseTab, query: new URLSearchParams(search) }
}

export function courseLink (courseId: number, tab: CourseTab = 'book', query?: Record<string, string>): string {
  const search = query === undefined ? '' : `?${new URLSearchParams(query)}`
  return `#/courses/${courseId}${tab === 'book' ? '' : `/${tab}`}${search}`
}

export function useRoute (): Route {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const changed = () => { setHash(location.hash) }
    addEventListener('hashchange', changed)
    return () => { removeEventListener('hashchange', changed) }
  }, [])
  return parseRoute(hash)
}
