import { useEffect, useState } from 'preact/hooks'
import type { CourseItem } from '../../http/schemas/book.ts'
import { call } from '../api.ts'
import { useTexts } from '../texts/use-texts.ts'
import { FORMATS, isWorkbook, needsCourse, type ImportOptions } from './import-options.ts'

interface OptionsFormProps {
  options: ImportOptions
  filename: string
  /** An import into one course: the form does not ask for the course. */
  isOfCourse: boolean
  isBusy: boolean
  onOptions: (options: ImportOptions) => void
}

/** How to read a file. The form asks only for what the format needs. */
export function OptionsForm ({ options, filename, isOfCourse, isBusy, onOptions }: OptionsFormProps) {
  const { t } = useTexts()
  const set = (change: Partial<ImportOptions>) => {
    onOptions({ ...options, ...change })
  }
  const asksForCourse = !isOfCourse && needsCourse(options.format, filename)
  return (
    <fieldset class='fields' disabled={isBusy}>
      <legend class='hidden'>{t('import.options')}</legend>
      <label>
        {t('import.format')}
        <select
          value={options.format}
          onChange={({ currentTarget }) => {
            set({ format: currentTarget.value as ImportOptions['format'] })
          }}
        >
          <option value=''>{t('import.format.auto')}</option>
          {FORMATS.map((one) => <option key={one} value={one}>{t(`import.format.${one}`)}</option>)}
        </select>
      </label>
      <label>
        {t('settings.timeZone')}
        <select
          value={options.timeZone}
          onChange={({ currentTarget }) => {
            set({ timeZone: currentTarget.value })
          }}
        >
          <option value=''>{t('import.zone.auto')}</option>
          {Intl.supportedValuesOf('timeZone').map((zone) => (
            <option key={zone} value={zone}>{zone.replaceAll('_', ' ')}</option>
          ))}
        </select>
      </label>
      <label>
        {t('import.dates')}
        <select
          value={options.dates}
          onChange={({ currentTarget }) => {
            set({ dates: currentTarget.value as ImportOptions['dates'] })
          }}
        >
          <option value=''>{t('import.dates.auto')}</option>
          <option value='mdy'>{t('import.dates.mdy')}</option>
          <option value='dmy'>{t('import.dates.dmy')}</option>
        </select>
      </label>
      {isWorkbook(filename) && (
        <label>
          {t('import.sheet')}
          <input
            value={options.sheet}
            placeholder={t('import.sheet.auto')}
            onInput={({ currentTarget }) => {
              set({ sheet: currentTarget.value })
            }}
          />
        </label>
      )}
      {asksForCourse && <CourseFields options={options} set={set} />}
      <label class='check'>
        <input
          type='checkbox'
          checked={options.strict}
          onChange={({ currentTarget }) => {
            set({ strict: currentTarget.checked })
          }}
        />
        <span>{t('import.strict')}</span>
      </label>
      <label class='check'>
        <input
          type='checkbox'
          checked={options.allowRemovals}
          onChange={({ currentTarget }) => {
            set({ allowRemovals: currentTarget.checked })
          }}
        />
        <span>{t('import.allowRemovals')}</span>
      </label>
      <label class='check'>
        <input
          type='checkbox'
          checked={options.allowSkips}
          onChange={({ currentTarget }) => {
            set({ allowSkips: currentTarget.checked })
          }}
        />
        <span>{t('import.allowSkips')}</span>
      </label>
      {needsCourse(options.format, filename) && (
        <label class='check'>
          <input
            type='checkbox'
            checked={options.allowNewPeople}
            onChange={({ currentTarget }) => {
              set({ allowNewPeople: currentTarget.checked })
            }}
          />
          <span>{t('import.allowNewPeople')}</span>
        </label>
      )}
      {!isOfCourse && (
        <label class='check'>
          <input
            type='checkbox'
            checked={options.allowErased}
            onChange={({ currentTarget }) => {
              set({ allowErased: currentTarget.checked })
            }}
          />
          <span>{t('import.allowErased')}</span>
        </label>
      )}
    </fieldset>
  )
}

/** The grade book of another system names neither its course nor its teacher. */
function CourseFields (
  { options, set }: { options: ImportOptions, set: (change: Partial<ImportOptions>) => void }
) {
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
    <>
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
    </>
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
