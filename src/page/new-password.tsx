import type { Ref } from 'preact'
import { useTexts } from './texts/use-texts.ts'
import type { Translate } from './texts/catalogue.ts'

/** As in the service, which refuses a shorter password in any case. */
const MIN_LENGTH = 8

/** What is wrong with the new password in a form, as far as a browser can tell. Undefined: nothing. */
export function newPasswordProblem (form: FormData, t: Translate): string | undefined {
  const [password, again] = [String(form.get('password')), String(form.get('again'))]
  if (password.length < MIN_LENGTH) return t('invitation.short')
  return password === again ? undefined : t('invitation.differ')
}

/** For the browser's password manager, at the beginning of a form that has no field for it. */
export function Username ({ email }: { email: string }) {
  return (
    <input
      class='hidden'
      type='email'
      name='email'
      autocomplete='username'
      value={email}
      readOnly
      tabIndex={-1}
      aria-hidden='true'
    />
  )
}

/** A new password, twice. `wrongId`: the element that says what is wrong, if `isWrong`. */
export function NewPassword (
  { field, isWrong, wrongId }: {
    field?: Ref<HTMLInputElement>,
    isWrong: boolean,
    wrongId: string,
  }
) {
  const { t } = useTexts()
  const attributes = {
    type: 'password', autocomplete: 'new-password', required: true, maxLength: 1024,
    'aria-invalid': isWrong,
  } as const
  return (
    <>
      <label>
        {t('invitation.password')}
        <input
          {...attributes}
          {...field === undefined ? {} : { ref: field }}
          name='password'
          aria-describedby={`password-help ${wrongId}`}
        />
      </label>
      <p class='muted small' id='password-help'>{t('invitation.help', { count: MIN_LENGTH })}</p>
      <label>
        {t('invitation.repeat')}
        <input {...attributes} name='again' />
      </label>
    </>
  )
}
