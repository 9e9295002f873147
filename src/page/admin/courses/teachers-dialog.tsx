import { useRef, useState } from 'preact/hooks'
import type { CourseItem, CourseTeacherItem } from '../../../http/schemas/book.ts'
import { call } from '../../api.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { teacherName } from './course-table.tsx'
import { closeDialog, FormDialog } from './form-dialog.tsx'

interface TeachersDialogProps {
  course: CourseItem
  onChanged: (teachers: CourseTeacherItem[]) => void
  onClose: () => void
}

/** The teachers of a course: who they are, where they come from; adds and removes them. */
export function TeachersDialog ({ course, onChanged, onClose }: TeachersDialogProps) {
  const { t, reason } = useTexts()
  const [teachers, setTeachers] = useState(course.teachers ?? [])
  const [email, setEmail] = useState('')
  const [done, setDone] = useState('')
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const field = useRef<HTMLInputElement>(null)

  async function change (changes: { add?: string[], remove?: string[] }, text: string) {
    if (isBusy) return
    setBusy(true)
    setError(undefined)
    setDone('')
    try {
      const path = `api/courses/${course.id}/teachers`
      const now = await call<CourseTeacherItem[]>('PUT', path, { body: changes })
      setTeachers(now)
      onChanged(now)
      if (changes.add !== undefined) setEmail('')
      setDone(text)
      field.current?.focus()
    } catch (refusal) {
      setError(refusal)
    }
    setBusy(false)
  }

  return (
    <FormDialog
      title={t('courses.teachersTitle', { name: course.name })}
      onClose={onClose}
      onSubmit={() => {
        void change({ add: [email.trim()] }, t('courses.teacherAdded', { email: email.trim() }))
      }}
    >
      {teachers.length === 0
        ? <p>{t('courses.noTeachers')}</p>
        : (
          <ul class='people'>
            {teachers.map((teacher, i) => (
              <li key={teacher.email ?? i} class='row'>
                <span dir='auto'>
                  {teacherName(teacher)}
                  <span class='muted small'>
                    {` ${teacher.email ?? ''} · ${t(`courses.origin.${teacher.origin}`)}`}
                  </span>
                </span>
                <span class='spacer' />
                {teacher.email !== null && (
                  <button
                    type='button'
                    aria-disabled={isBusy}
                    aria-label={t('courses.removeName', { email: teacher.email })}
                    onClick={() => {
                      const gone = teacher.email ?? ''
                      void change({ remove: [gone] }, t('courses.teacherRemoved', { email: gone }))
                    }}
                  >
                    {t('courses.remove')}
                  </button>
                )}
              </li>
            ))}
          </ul>
          )}
      <div class='fields'>
        <label>
          {t('courses.addEmail')}
          <input
            ref={field}
            type='email'
            required
            value={email}
            onInput={({ currentTarget }) => {
              setEmail(currentTarget.value)
            }}
          />
        </label>
      </div>
      <p class='muted small'>{t('courses.teachersText')}</p>
      <p role='status'>{done}</p>
      <div role='alert'>{error !== undefined && <p class='notice bad'>{reason(error)}</p>}</div>
      <p class='row'>
        <button type='submit' class='primary' aria-disabled={isBusy}>{t('courses.add')}</button>
        <button
          type='button'
          onClick={() => {
            closeDialog(field.current)
          }}
        >
          {t('courses.close')}
        </button>
      </p>
    </FormDialog>
  )
}
