import type { ComponentChildren } from 'preact'
import { mayTryAgain } from './api.ts'
import { useTexts } from './texts/use-texts.ts'

/** Says what failed, and offers a way to continue: another attempt only where it may help. */
export function Failure ({ error, retry }: { error: unknown, retry?: (() => void) | undefined }) {
  const { t, reason } = useTexts()
  if (!mayTryAgain(error)) {
    return (
      <div class='empty' role='alert'>
        <h1>{reason(error)}</h1>
        <p>
          <a href='#/'>{t('app.back')}</a>
        </p>
      </div>
    )
  }
  return (
    <div class='notice bad' role='alert'>
      <h1>{t('error.title')}</h1>
      <p>{reason(error)}</p>
      <p class='row'>
        {retry !== undefined && <button type='button' onClick={retry}>{t('app.retry')}</button>}
        <a href='#/'>{t('app.back')}</a>
      </p>
    </div>
  )
}

export function Loading () {
  const { t } = useTexts()
  return <p class='loading' role='status'>{t('app.loading')}</p>
}

export function Empty ({ children }: { children: ComponentChildren }) {
  return <div class='empty'>{children}</div>
}

/** A view that this user has no access to. */
export function Denied () {
  const { t } = useTexts()
  return (
    <Empty>
      <h1>{t('denied.title')}</h1>
      <p>{t('denied.administrators')}</p>
      <p>
        <a href='#/'>{t('app.back')}</a>
      </p>
    </Empty>
  )
}
