import type { CourseItem, CourseTeacherItem } from '../../../http/schemas/book.ts'
import { call } from '../../api.ts'
import { emailKey } from '../../email-key.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { useLoaded } from '../../use-loaded.ts'

/** A teacher with an email address, and their courses in the order of the names. */
export interface TeacherOfCourses {
  email: string
  teacher: CourseTeacherItem
  courses: CourseItem[]
}

interface CoursesOfTeachers {
  /** The courses that a user teaches, in the order of their names; undefined until they are loaded. */
  coursesOf: (user: { email: string }) => readonly CourseItem[] | undefined
  /** All teachers of courses, whether they have an account or not. */
  teachers: readonly TeacherOfCourses[]
}

/** Who teaches which courses. */
export function useCoursesOfTeachers (): CoursesOfTeachers {
  const { compare } = useTexts()
  const { value } = useLoaded('courses of teachers', (signal) =>
    call<CourseItem[]>('GET', 'api/courses?details=true', { signal }))
  if (value === undefined) return { coursesOf: () => undefined, teachers: [] }
  const byEmail = new Map<string, TeacherOfCourses>()
  for (const course of [...value].sort((a, b) => compare(a.name, b.name))) {
    for (const teacher of course.teachers ?? []) {
      if (teacher.email === null) continue
      const key = emailKey(teacher.email)
      const known = byEmail.get(key) ?? { email: teacher.email, teacher, courses: [] }
      if (known.courses.at(-1) !== course) known.courses.push(course)
      byEmail.set(key, known)
    }
  }
  return {
    coursesOf: ({ email }) => byEmail.get(emailKey(email))?.courses ?? [],
    teachers: [...byEmail.values()].sort((a, b) => compare(a.email, b.email)),
  }
}
