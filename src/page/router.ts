import { useEffect, useMemo, useState } from 'preact/hooks'

// Addresses are after the #, so the page is one document regardless of the path that it is served at.
export type CourseTab = 'book' | 'charts' | 'settings' | 'import' | 'fill-in'
export const ADMIN_PARTS = ['import', 'users', 'jobs', 'storage', 'audit'] as const
export type AdminPart = typeof ADMIN_PARTS[number]
export type Route =
  | { view: 'courses' }
  | { view: 'account' }
  /** `id`: the job (or, in storage, the course) whose details are shown. */
  | { view: 'admin', part: AdminPart, id: number | null, query: URLSearchParams }
  /** A one-time link to choose a password. */
  | { view: 'invitation', token: string }
  /** The link of the first administrator, and what they do next. */
  | { view: 'setup', token: string }
  | { view: 'first-import' }
  | { view: 'course', courseId: number, tab: CourseTab, query: URLSearchParams }
  /** The query is the book's, for the order of the students and the way back. */
  | { view: 'student', courseId: number, studentId: number, query: URLSearchParams }
  | { view: 'unknown' }

function parseRoute (hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?')
  if (path === '' || path === '/') return { view: 'courses' }
  if (path === '/account') return { view: 'account' }
  if (path === '/first-import') return { view: 'first-import' }
  if (path.startsWith('setup=')) return { view: 'setup', token: path.slice('setup='.length) }
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
  const student = /^\/courses\/([1-9]\d*)\/students\/([1-9]\d*)$/.exec(path)
  if (student !== null) {
    return {
      view: 'student',
      courseId: Number(student[1]),
      studentId: Number(student[2]),
      query: new URLSearchParams(search),
    }
  }
  const match = /^\/courses\/([1-9]\d*)(?:\/(charts|settings|import|fill-in))?$/.exec(path)
  if (match === null) return { view: 'unknown' }
  return {
    view: 'course',
    courseId: Number(match[1]),
    tab: (match[2] ?? 'book') as CourseTab,
    query: new URLSearchParams(search),
  }
}

/** The query of a book is what `bookQuery` in `book/book-state.ts` makes. */
export function courseLink (
  courseId: number,
  tab: CourseTab = 'book',
  query?: Record<string, string> | URLSearchParams
): string {
  return `#/courses/${courseId}${tab === 'book' ? '' : `/${tab}`}${searchOf(query)}`
}

export function studentLink (
  courseId: number,
  studentId: number,
  query?: Record<string, string> | URLSearchParams
): string {
  return `#/courses/${courseId}/students/${studentId}${searchOf(query)}`
}

function searchOf (query: Record<string, string> | URLSearchParams | undefined): string {
  const search = String(new URLSearchParams(query))
  return search === '' ? '' : `?${search}`
}

export function adminLink (part: AdminPart, id?: number, query?: Record<string, string>): string {
  return `#/admin/${part}${id === undefined ? '' : `/${id}`}${
    query === undefined ? '' : `?${new URLSearchParams(query)}`
  }`
}

/** Browsers refuse to change an address more often than about three times a second, ms. */
const ADDRESS_PAUSE_MS = 300
const listeners = new Set<(hash: string) => void>()
let pending: { hash: string, timer: ReturnType<typeof setTimeout> } | undefined

/**
 * Shows another state of the same view, without a step in the browser's history. The address follows a moment
 * later: each key in a search field is another state.
 */
export function replaceAddress (hash: string): void {
  clearTimeout(pending?.timer)
  pending = { hash, timer: setTimeout(writeAddress, ADDRESS_PAUSE_MS) }
  for (const listener of listeners) listener(hash)
}

function writeAddress (): void {
  if (pending === undefined) return
  clearTimeout(pending.timer)
  history.replaceState(history.state, '', pending.hash)
  pending = undefined
}

export function useRoute (): Route {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const changed = () => {
      clearTimeout(pending?.timer)
      pending = undefined
      setHash(location.hash)
    }
    listeners.add(setHash)
    addEventListener('hashchange', changed)
    addEventListener('pagehide', writeAddress)
    return () => {
      listeners.delete(setHash)
      removeEventListener('hashchange', changed)
      removeEventListener('pagehide', writeAddress)
    }
  }, [])
  return useMemo(() => parseRoute(hash), [hash])
}
