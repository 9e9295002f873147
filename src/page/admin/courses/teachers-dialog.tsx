import { useRef, useState } from 'preact/hooks'
import type { CourseItem, CourseTeacherItem } from '../../../http/schemas/book.ts'
import type { Account, OneTimeLink } from '../../../http/schemas/users.ts'
import { ApiError, call } from '../../api.ts'
import { emailKey } from '../../email-key.ts'
import { adminLink } from '../../router.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { teacherName } from './course-table.tsx'
import { LinkNotice } from '../users/link-notice.tsx'
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
  // Who was added and has never signed in, and their link.
  const [invited, setInvited] = useState<{ account: Account, link?: OneTimeLink }>()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const field = useRef<HTMLInputElement>(null)

  async function change (changes: { add?: string[], remove?: string[] }) {
    if (isBusy) return
    setBusy(true)
    setError(undefined)
    setDone('')
    setInvited(undefined)
    try {
      const path = `api/courses/${course.id}/teachers`
      const now = await call<CourseTeacherItem[]>('PUT', path, { body: changes })
      setTeachers(now)
      onChanged(now)
      const { add: [added] = [], remove: [removed] = [] } = changes
      if (added !== undefined) {
        setEmail('')
        await sayAdded(added)
      } else setDone(t('courses.teacherRemoved', { email: removed ?? '' }))
      field.current?.focus()
    } catch (refusal) {
      setError(refusal)
    }
    setBusy(false)
  }
  async function sayAdded (added: string) {
    // They teach the course now: without an answer, nothing is said about their account.
    const users = await call<Account[]>('GET', 'api/users').catch((): Account[] => [])
    const account = users.find((one) => emailKey(one.email) === emailKey(added))
    if (account?.is_disabled === true) setDone(t('courses.teacherDisabled', { email: added }))
    else if (account !== undefined && !account.has_password && account.last_sign_in_at === null) {
      setDone(t('courses.teacherInvited', { email: added }))
      setInvited({ account })
    } else setDone(t('courses.teacherAdded', { email: added }))
  }
  async function createLink (account: Account) {
    if (isBusy) return
    setBusy(true)
    setError(undefined)
    try {
      setInvited({ account, link: await call<OneTimeLink>('POST', `api/users/${account.id}/reset`) })
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
        void change({ add: [email.trim()] })
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
                      void change({ remove: [teacher.email ?? ''] })
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
      <p role='status' dir='auto'>{done}</p>
      {invited !== undefined && invited.link === undefined && (
        <p>
          <button
            type='button'
            aria-disabled={isBusy}
            aria-label={t('users.newLinkName', { email: invited.account.email })}
            onClick={() => {
              void createLink(invited.account)
            }}
          >
            {t('users.newLink')}
          </button>
        </p>
      )}
      {invited?.link !== undefined && (
        <LinkNotice
          email={invited.account.email}
          link={invited.link}
          isNew
          onClose={() => {
            setInvited(undefined)
            field.current?.focus()
          }}
        />
      )}
      <div role='alert'>
        {error !== undefined && (
          <p class='notice bad'>
            {reason(error)}{' '}
            {error instanceof ApiError && error.status === 400 && (
              <a href={adminLink('users')}>{t('users.invite')}</a>
            )}
          </p>
        )}
      </div>
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
