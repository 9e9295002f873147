import { useEffect, useState } from 'preact/hooks'
import type { CourseItem } from '../../http/schemas/book.ts'
import { call } from '../api.ts'
import { useTexts } from '../texts/use-texts.ts'
import type { ImportOptions } from './import-options.ts'

interface CourseFieldsProps {
  options: ImportOptions
  isBusy: boolean
  onOptions: (options: ImportOptions) => void
}

/** The grade book of another system names neither its course nor its teacher. */
export function CourseFields ({ options, isBusy, onOptions }: CourseFieldsProps) {
  const set = (change: Partial<ImportOptions>) => {
    onOptions({ ...options, ...change })
  }
  const { t } = useTexts()
  const [courses, setCourses] = useState<CourseItem[]>([])
  useEffect(() => {
    const over = new AbortController()
    call<CourseItem[]>('GET', 'api/courses', { signal: over.signal }).then(setCourses, () => {})
    return () => {
      over.abort()
    }
  }, [])
  return (
    <fieldset class='fields' disabled={isBusy}>
      <legend class='hidden'>{t('import.course')}</legend>
      <div>
        <label>
          {t('import.course')}
          <input
            type='text'
            list='import-courses'
            maxLength={1000}
            value={options.course}
            aria-describedby='import-course-help'
            onInput={({ currentTarget }) => {
              set({ course: currentTarget.value })
            }}
          />
        </label>
        <datalist id='import-courses'>
          {courses.map((course) => <CourseOption key={course.id} course={course} courses={courses} />)}
        </datalist>
        <p class='muted small' id='import-course-help'>{t('import.courseHelp')}</p>
      </div>
      <div>
        <label>
          {t('import.teacher')}
          <input
            type='email'
            maxLength={254}
            autocomplete='off'
            value={options.teacher}
            aria-describedby='import-teacher-help'
            onInput={({ currentTarget }) => {
              set({ teacher: currentTarget.value })
            }}
          />
        </label>
        <p class='muted small' id='import-teacher-help'>{t('import.teacherHelp')}</p>
      </div>
    </fieldset>
  )
}

/** A course by its name. If several courses have the name: by its ID, with name, school and term. */
function CourseOption ({ course, courses }: { course: CourseItem, courses: CourseItem[] }) {
  const { name, source_id: sourceId, school, term } = course
  const isOnly = courses.every((other) => {
    return other.id === course.id || (other.name !== name && other.source_id !== name)
  })
  if (isOnly) return <option value={name} />
  return <option value={sourceId}>{[name, school, term].filter((part) => part !== null).join(', ')}</option>
}
