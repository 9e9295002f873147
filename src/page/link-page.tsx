import type { ComponentChildren } from 'preact'
import { mayTryAgain } from './api.ts'
import { Loading } from './notices.tsx'
import { useTexts } from './texts/use-texts.ts'
import type { useLoaded } from './use-loaded.ts'

interface LinkPageProps<T> {
  title: string
  loaded: ReturnType<typeof useLoaded<T>>
  /** What the page of a valid link shows. */
  children: (value: T) => ComponentChildren
}

/** The page of a one-time link: loading, why the link is not valid, or what it is for. */
export function LinkPage<T> ({ title, loaded, children }: LinkPageProps<T>) {
  const { t, reason } = useTexts()
  return (
    <main id='content' class='sign-in' tabIndex={-1}>
      <h1>{title}</h1>
      {loaded.state === 'loading' && <Loading />}
      {loaded.state === 'failed' && (
        <div class='notice bad' role='alert'>
          <p>{reason(loaded.error)}</p>
          <p class='row'>
            {mayTryAgain(loaded.error) && (
              <button
                type='button'
                onClick={() => {
                  loaded.reload()
                }}
              >
                {t('app.retry')}
              </button>
            )}
            <a href='#/'>{t('invitation.signIn')}</a>
          </p>
        </div>
      )}
      {loaded.state === 'ready' && children(loaded.value)}
    </main>
  )
}
