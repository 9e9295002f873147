import { useState } from 'preact/hooks'
import type { Student, Task } from '../../http/schemas/book.ts'
import { useTexts } from '../texts/use-texts.ts'
import { sortedName, workOf } from './rows.ts'

/** Students that are drawn at first, and with each "more": a phone shows about ten. */
const STEP = 100

/** The book on a phone: each student with the average and how much work is missing. */
export function StudentList (
  { label, students, headings, hrefOf }: {
    label: string,
    students: readonly Student[],
    /** All assignments of the book. */
    headings: readonly Task[],
    hrefOf: (student: Student) => string,
  }
) {
  const { t, score } = useTexts()
  const [count, setCount] = useState(STEP)
  return (
    <>
      <ul class='student-list' aria-label={label}>
        {students.slice(0, count).map((student) => {
          const { missing } = workOf(student, headings)
          return (
            <li key={student.id} class={student.is_dropped ? 'dropped' : undefined}>
              <a href={hrefOf(student)}>
                <span class='who' dir='auto'>{sortedName(student) || t('book.noName')}</span>
                <span class='average'>
                  {score(student.course_average)}
                  {student.grade !== null && (
                    <>
                      {' '}
                      <b class='letter' dir='auto'>{student.grade}</b>
                    </>
                  )}
                </span>
                <span class={missing > 0 ? 'work missing' : 'work'}>
                  {student.is_dropped ? t('book.dropped') : t('book.missingCount', { count: missing })}
                </span>
              </a>
            </li>
          )
        })}
      </ul>
      {students.length > count && (
        <p>
          <button
            type='button'
            onClick={() => {
              setCount(count + STEP)
            }}
          >
            {t('users.more', { count: Math.min(STEP, students.length - count) })}
          </button>
        </p>
      )}
    </>
  )
}
