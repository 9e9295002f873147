import { useEffect, useRef } from 'preact/hooks'
import type { StudentAnswer } from '../../http/schemas/student.ts'
import { StaleNotice } from '../book/stale-notice.tsx'
import { Failure, Loading } from '../notices.tsx'
import { courseLink, studentLink } from '../router.ts'
import { useTexts } from '../texts/use-texts.ts'
import { useTitle } from '../use-title.ts'
import { nameOf, StudentReport } from './student-report.tsx'
import { useLiveStudent } from './use-live-student.ts'

interface StudentViewProps {
  courseId: number
  studentId: number
  /** Of the book, for the way back. */
  query: URLSearchParams
}

/** One student of a course, with the way to the previous and the next one. */
export function StudentView ({ courseId, studentId, query }: StudentViewProps) {
  const { t, dir } = useTexts()
  const { student: value, error, refresh, live, changed } = useLiveStudent(courseId, studentId)
  // Until the next student arrives, the one before stays, so that nothing jumps.
  const latest = useRef<StudentAnswer | undefined>(undefined)
  latest.current = value ?? latest.current
  const student = error === undefined ? latest.current : undefined
  useTitle(student === undefined
    ? t('book.student')
    : `${nameOf(student, t('book.noName'))} – ${student.course.name}`)
  const neighbors = value === undefined ? undefined : { previous: value.previous, next: value.next }

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey, shiftKey, target } = event
      if (ctrlKey || metaKey || altKey || shiftKey || isForTyping(target)) return
      const [back, forward] = dir === 'rtl' ? ['ArrowRight', 'ArrowLeft'] : ['ArrowLeft', 'ArrowRight']
      const to = key === back ? neighbors?.previous : key === forward ? neighbors?.next : null
      if (to == null) return
      event.preventDefault()
      location.hash = studentLink(courseId, to.id, query)
    }
    addEventListener('keydown', pressed)
    return () => {
      removeEventListener('keydown', pressed)
    }
  })

  if (student === undefined) {
    return error === undefined
      ? (
        <>
          <h1 class='hidden'>{t('book.student')}</h1>
          <Loading />
        </>
        )
      : <Failure error={error} retry={refresh} />
  }
  return (
    <div aria-busy={value === undefined}>
      <div class='bar no-print'>
        <nav class='small' aria-label={t('student.where')}>
          <a href='#/'>{t('app.courses')}</a>
          {' › '}
          <a href={courseLink(courseId, 'book', query)} dir='auto'>{student.course.name}</a>
        </nav>
        <div class='row'>
          <Step to={student.previous} courseId={courseId} query={query} side='previous' />
          <Step to={student.next} courseId={courseId} query={query} side='next' />
          <button
            type='button'
            onClick={() => {
              print()
            }}
          >
            {t('student.print')}
          </button>
        </div>
      </div>
      <p class='hidden' role='status'>{nameOf(student, t('book.noName'))}</p>
      <div class='row no-print'>
        <StaleNotice live={live} />
      </div>
      <StudentReport student={student} changed={changed} />
    </div>
  )
}

/** A link to a student beside this one. At the end of the list, it stays in its place without an address. */
function Step ({ to, courseId, query, side }: {
  to: StudentAnswer['next'],
  courseId: number,
  query: URLSearchParams,
  side: 'previous' | 'next',
}) {
  const { t, dir } = useTexts()
  const arrow = (side === 'previous') === (dir === 'ltr') ? '←' : '→'
  const name = to === null ? undefined : nameOf(to, t('book.noName'))
  const text = t(`student.${side}`)
  return (
    <a
      class='button'
      href={to === null ? undefined : studentLink(courseId, to.id, query)}
      role='link'
      aria-disabled={to === null}
      aria-label={name === undefined ? text : `${text}: ${name}`}
      aria-keyshortcuts={arrow === '←' ? 'ArrowLeft' : 'ArrowRight'}
      title={name}
    >
      {side === 'previous' ? `${arrow} ${text}` : `${text} ${arrow}`}
    </a>
  )
}

/** Whether an element uses the arrow keys itself. */
function isForTyping (target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, select, textarea, [role=grid], dialog') !== null
}
