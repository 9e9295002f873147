import { useState } from 'preact/hooks'
import type { CourseItem } from '../http/schemas/book.ts'
import type { User } from '../http/schemas/users.ts'
import { call } from './api.ts'
import { fold, hasWords, searchWords } from './fold.ts'
import { Empty, Failure, Loading } from './notices.tsx'
import { courseLink } from './router.ts'
import { useTexts } from './texts/use-texts.ts'
import { useLoaded } from './use-loaded.ts'
import { useTitle } from './use-title.ts'

/** A longer list has a search field. */
const SEARCH_FROM = 8

export function Courses ({ user }: { user: User }) {
  const { t, compare } = useTexts()
  const [query, setQuery] = useState('')
  const title = t('courses.title')
  useTitle(title)
  const courses = useLoaded(
    'courses',
    (signal) => call<CourseItem[]>('GET', 'api/courses', { signal })
  )
  if (courses.state === 'failed' && user.role === 'student') {
    return (
      <>
        <h1>{title}</h1>
        <Empty>
          <p>{t('courses.student')}</p>
        </Empty>
      </>
    )
  }
  if (courses.state === 'failed') return <Failure error={courses.error} retry={courses.reload} />
  const all = [...courses.value ?? []].sort((a, b) => compare(a.name, b.name))
  const words = searchWords(query)
  const shown = all.filter(({ name, term, school }) =>
    hasWords(fold(`${name} ${term ?? ''} ${school ?? ''}`), words)
  )
  return (
    <>
      <div class='bar'>
        <h1>{title}</h1>
        {all.length > SEARCH_FROM && (
          <label class='search'>
            <span class='hidden'>{t('courses.search')}</span>
            <input
              type='search'
              placeholder={t('courses.search')}
              value={query}
              onInput={(event) => {
                setQuery(event.currentTarget.value)
              }}
            />
          </label>
        )}
      </div>
      {courses.state === 'loading'
        ? <Loading />
        : all.length === 0
          ? (
            <Empty>
              <p>{t('courses.none')}</p>
            </Empty>
            )
          : (
            <ul class='cards'>
              {shown.map((course) => (
                <li key={course.id}>
                  <a class='card' href={courseLink(course.id)}>
                    <strong dir='auto'>{course.name}</strong>
                    <span class='muted' dir='auto'>
                      {[course.school, course.term].filter(Boolean).join(' · ')}
                    </span>
                    <span class='muted'>{t('courses.students', { count: course.student_count })}</span>
                  </a>
                </li>
              ))}
            </ul>
            )}
      {all.length > 0 && shown.length === 0 && (
        <Empty>
          <p>{t('courses.noMatch', { query })}</p>
        </Empty>
      )}
    </>
  )
}
