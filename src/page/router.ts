import { useEffect, useState } from 'preact/hooks'

// Addresses are after the #, so the page is one document regardless of the path that it is served at.
export type CourseTab = 'book' | 'charts' | 'settings' | 'import'
export const ADMIN_PARTS = ['import', 'users', 'jobs', 'storage', 'audit'] as const
export type AdminPart = typeof ADMIN_PARTS[number]
export type Route =
  | { view: 'courses' }
  | { view: 'account' }
  /** `id`: the job (or, in storage, the course) whose details are shown. */
  | { view: 'admin', part: AdminPart, id: number | null, query: URLSearchParams }
  /** A one-time link to choose a password. */
  | { view: 'invitation', token: string }
  | { view: 'course', courseId: number, tab: CourseTab, query: URLSearchParams }
  | { view: 'unknown' }

function parseRoute (hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?')
  if (path === '' || path === '/') return { view: 'courses' }
  if (path === '/account') return { view: 'account' }
  if (path.startsWith('invitation=')) return { view: 'invitation', token: path.slice('invitation='.length) }
  const admin = /^\/admin\/(import|users|jobs|storage|audit)(?:\/([1-9]\d*))?$/.exec(path)
  if (admin !== null) {
    return {
      view: 'admin',
      part: admin[1] as AdminPart,
      id: admin[2] === undefined ? null : Number(admin[2]),
      query: new URLSearchParams(search),
    }
  }
  const match = /^\/courses\/([1-9]\d*)(?:\/(charts|settings|import))?$/.exec(path)
  if (match === null) return { view: 'unknown' }
  return {
    view: 'course',
    courseId: Number(match[1]),
    tab: (match[2] ?? 'book') as CourseTab,
    query: new URLSearchParams(search),
  }
}

export function courseLink (
  courseId: number,
  tab: CourseTab = 'book',
  query?: Record<string, string>
): string {
  const search = query === undefined ? '' : `?${new URLSearchParams(query)}`
  return `#/courses/${courseId}${tab === 'book' ? '' : `/${tab}`}${search}`
}

export function adminLink (part: AdminPart, id?: number, query?: Record<string, string>): string {
  return `#/admin/${part}${id === undefined ? '' : `/${id}`}${
    query === undefined ? '' : `?${new URLSearchParams(query)}`
  }`
}

export function useRoute (): Route {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const changed = () => {
      setHash(location.hash)
    }
    addEventListener('hashchange', changed)
    return () => {
      removeEventListener('hashchange', changed)
    }
  }, [])
  return parseRoute(hash)
}
