import type { CourseItem } from '../../../http/schemas/book.ts'
import { call } from '../../api.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { useLoaded } from '../../use-loaded.ts'

/** Finds the courses that a user teaches, in the order of their names; undefined until they are loaded. */
export function useCoursesOfTeachers (): (user: { email: string }) => readonly CourseItem[] | undefined {
  const { compare } = useTexts()
  const { value } = useLoaded('courses of teachers', (signal) =>
    call<CourseItem[]>('GET', 'api/courses?details=true', { signal }))
  if (value === undefined) return () => undefined
  const byEmail = new Map<string, CourseItem[]>()
  for (const course of [...value].sort((a, b) => compare(a.name, b.name))) {
    for (const key of new Set((course.teachers ?? []).map((teacher) => keyOf(teacher.email ?? '')))) {
      byEmail.set(key, [...byEmail.get(key) ?? [], course])
    }
  }
  return ({ email }) => byEmail.get(keyOf(email)) ?? []
}

function keyOf (email: string): string { return email.trim().normalize('NFC').toLowerCase() }
