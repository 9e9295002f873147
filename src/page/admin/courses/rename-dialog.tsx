import { useRef, useState } from 'preact/hooks'
import type { CourseItem, SettingsAnswer } from '../../../http/schemas/book.ts'
import { call } from '../../api.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { closeDialog, FormDialog } from './form-dialog.tsx'

interface RenameDialogProps {
  course: CourseItem
  onRenamed: (course: CourseItem) => void
  onClose: () => void
}

/** Asks for a course's name. A name that was set here can be given back to the roster. */
export function RenameDialog ({ course, onRenamed, onClose }: RenameDialogProps) {
  const { t, reason } = useTexts()
  const [name, setName] = useState(course.name)
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const rosterName = course.roster_name ?? null

  async function rename (chosen: string | null) {
    if (isBusy) return
    setBusy(true)
    setError(undefined)
    try {
      const body = { name: chosen }
      const answer = await call<SettingsAnswer>('PATCH', `api/courses/${course.id}`, { body })
      onRenamed({
        ...course, name: answer.course.name, roster_name: chosen === null ? null : rosterName ?? course.name,
      })
      closeDialog(field.current)
    } catch (refusal) {
      setError(refusal)
      setBusy(false)
    }
  }

  return (
    <FormDialog
      title={t('courses.renameTitle')}
      onClose={onClose}
      onSubmit={() => {
        void rename(name)
      }}
    >
      <div class='fields'>
        <label>
          {t('courses.name')}
          <input
            ref={field}
            type='text'
            required
            dir='auto'
            value={name}
            onInput={({ currentTarget }) => {
              setName(currentTarget.value)
            }}
          />
        </label>
      </div>
      <p class='muted small'>{t('courses.renameText')}</p>
      <div role='alert'>{error !== undefined && <p class='notice bad'>{reason(error)}</p>}</div>
      <p class='row'>
        <button type='submit' class='primary' aria-disabled={isBusy}>{t('courses.rename')}</button>
        {rosterName !== null && (
          <button
            type='button'
            aria-disabled={isBusy}
            onClick={() => {
              void rename(null)
            }}
          >
            {t('courses.rosterName', { name: rosterName })}
          </button>
        )}
        <button
          type='button'
          onClick={() => {
            closeDialog(field.current)
          }}
        >
          {t('confirm.cancel')}
        </button>
      </p>
    </FormDialog>
  )
}
