// What the forms around signing in have in common.
import type { RefObject } from 'preact'
import { useTexts } from './texts/use-texts.ts'

/** Why a form was refused. */
export function FormError ({ error }: { error: unknown }) {
  const { reason } = useTexts()
  return (
    <div role='alert' class={error === undefined ? '' : 'notice bad'}>
      {error !== undefined && <p>{reason(error)}</p>}
    </div>
  )
}

/** The email address of an account. */
export function EmailField (
  { field, value }: { field?: RefObject<HTMLInputElement | null>, value?: string }
) {
  const { t } = useTexts()
  return (
    <label>
      {t('signIn.email')}
      <input
        ref={field}
        name='email'
        type='email'
        autocomplete='username'
        required
        maxLength={254}
        defaultValue={value}
      />
    </label>
  )
}
