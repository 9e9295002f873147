import { render } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { call, onSignedOut, ApiError } from './api.ts'
import type { User } from './api-types.ts'
import { Course } from './course.tsx'
import { Courses } from './courses.tsx'
import { forgetExports } from './exports/remembered.ts'
import { Empty, Failure, Loading } from './notices.tsx'
import { useRoute } from './router.ts'
import { SignIn } from './sign-in.tsx'
import { LANGUAGES, preferredLanguage, rememberLanguage, type Language } from './texts/catalogue.ts'
import { textsIn, TextsProvider, useTexts } from './texts/use-texts.ts'

type Session = { state: 'asking' } | { state: 'signed-out' } | { state: 'signed-in', user: User } | { state: 'failed', error: unknown }

function Page () {
  const [language, setLanguage] = useState(preferredLanguage)
  const [texts, setTexts] = useState(() => textsIn(language))
  const { t, dir, locale } = texts
  useEffect(() => {
    document.documentElement.lang = locale
    document.documentElement.dir = dir
  }, [locale, dir])
  const [session, setSession] = useState<Session>({ state: 'asking' })

  function ask () {
    setSession({ state: 'asking' })
    call<User>('GET', 'api/session').then(
      (user) => { setSession({ state: 'signed-in', user }) },
      (error: unknown) => { setSession(error instanceof ApiError && error.status === 401 ? { state: 'signed-out' } : { state: 'failed', error }) })
  }
  useEffect(ask, [])
  useEffect(() => onSignedOut(() => { setSession({ state: 'signed-out' }) }), [])

  async function signOut () {
    await call('DELETE', 'api/session').catch(() => {})
    forgetExports()
    setSession({ state: 'signed-out' })
    location.hash = '#/'
  }

  function choose (chosen: Language) {
    rememberLanguage(chosen)
    setLanguage(chosen)
    setTexts(textsIn(chosen))
  }

  return (
    <TextsProvider value={texts}>
      <a class='skip' href='#content' onClick={(event) => { event.preventDefault(); document.getElementById('content')?.focus() }}>{t('app.skip')}</a>
      <header class='top'>
        <a class='brand' href='#/'>{t('app.name')}</a>
        <span class='spacer' />
        <label>
          <span class='hidden'>{t('app.language')}</span>
          <select value={language} onChange={(event) => { choose(event.currentTarget.value as Language) }}>
            {Object.entries(LANGUAGES).map(([code, name]) => <option key={code} value={code} lang={code}>{name}</option>)}
            {language === 'pseudo' && <option value='pseudo'>Pseudo</option>}
          </select>
        </label>
        {session.state === 'signed-in' && (
          <>
            <span class='muted who' title={t('app.signedInAs', { name: session.user.email })}>{session.user.email}</span>
            <button type='button' onClick={() => { void signOut() }}>{t('app.signOut')}</button>
          </>
        )}
      </header>
      {session.state === 'signed-in'
        ? <SignedIn user={session.user} />
        : session.state === 'signed-out'
          ? <SignIn onSignedIn={(user) => { setSession({ state: 'signed-in', user }) }} />
          : <main id='content' tabIndex={-1}>{session.state === 'failed' ? <Failure error={session.error} retry={ask} /> : <Loading />}</main>}
    </TextsProvider>
  )
}

function SignedIn ({ user }: { user: User }) {
  const { t } = useTexts()
  const route = useRoute()
  const main = useRef<HTMLElement>(null)
  const place = route.view === 'course' ? `${route.courseId}/${route.tab}` : route.view
  // A new view starts at its top, for eyes and for a screen reader alike.
  useEffect(() => {
    main.current?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }, [place])
  return (
    <main id='content' tabIndex={-1} ref={main}>
      {route.view === 'courses' && <Courses user={user} />}
      {route.view === 'course' && <Course key={route.courseId} courseId={route.courseId} tab={route.tab} query={route.query} />}
      {route.view === 'unknown' && <Empty><p>{t('app.notFound')}</p><p><a href='#/'>{t('app.back')}</a></p></Empty>}
    </main>
  )
}

render(<Page />, document.getElementById('page')!)
