import { render } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { SignInOptions, User } from '../http/schemas/users.ts'
import { call, onSignedOut } from './api.ts'
import { Course } from './course.tsx'
import { Courses } from './courses.tsx'
import { forgetBookStates } from './book/book-state.ts'
import { forgetExportChoices } from './exports/remembered-choices.ts'
import { removeSavedExports } from './exports/saved-export.ts'
import { InvitationView } from './invitation.tsx'
import { lazyView } from './lazy-view.tsx'
import { Denied, Empty, Failure, Loading } from './notices.tsx'
import { ADMIN_PARTS, adminLink, useRoute, type Route } from './router.ts'
import { forgetEdits } from './settings/kept-edits.ts'
import { SignIn } from './sign-in.tsx'
import { LANGUAGES, type Language } from './texts/catalogue.ts'
import { preferredLanguage, saveLanguage } from './texts/preferred-language.ts'
import { textsIn, TextsProvider, useTexts, type Texts } from './texts/use-texts.ts'

// Most users never open these.
const Admin = lazyView(async () => (await import('./admin/admin.tsx')).Admin)
const CourseList = lazyView(async () => (await import('./admin/courses/course-list.tsx')).CourseList)
const Student = lazyView(async () => (await import('./student/student-view.tsx')).StudentView)
const SetupView = lazyView(async () => (await import('./setup/setup-view.tsx')).SetupView)
const FirstImport = lazyView(async () => (await import('./setup/first-import.tsx')).FirstImport)
const Account = lazyView(async () => (await import('./account/account.tsx')).Account)

/** A user who has just signed in here with a password has one. */
type SignedInUser = User & { has_password?: boolean }

type Session =
  | { state: 'loading' }
  /** `isLost`: the user was signed out, and not by themselves. */
  | { state: 'signed-out', isLost: boolean }
  | { state: 'signed-in', user: SignedInUser }
  | { state: 'failed', error: unknown }

function Page ({ firstTexts }: { firstTexts: Texts }) {
  const [texts, setTexts] = useState(firstTexts)
  const { t, dir, language, locale } = texts
  useEffect(() => {
    document.documentElement.lang = locale
    document.documentElement.dir = dir
  }, [locale, dir])
  const [session, setSession] = useState<Session>({ state: 'loading' })
  const [options, setOptions] = useState<SignInOptions>()
  const route = useRoute()

  function loadSession () {
    setSession({ state: 'loading' })
    // Answers 200 also if the user is signed out: a refusal would be an error in the browser's console.
    call<SignInOptions>('GET', 'api/sign-in-options').then(
      (found) => {
        setOptions(found)
        const { user } = found
        setSession(user === null ? { state: 'signed-out', isLost: false } : { state: 'signed-in', user })
      },
      (error: unknown) => {
        setSession({ state: 'failed', error })
      }
    )
  }
  useEffect(loadSession, [])
  useEffect(() =>
    onSignedOut(() => {
      setSession((before) => before.state === 'signed-out' ? before : { state: 'signed-out', isLost: true })
    }), [])

  function signedIn (user: User) {
    setSession({ state: 'signed-in', user })
  }

  async function signOut () {
    await call('DELETE', 'api/session').catch(() => {})
    removeSavedExports()
    forgetExportChoices()
    forgetEdits()
    forgetBookStates()
    setSession({ state: 'signed-out', isLost: false })
    location.hash = '#/'
  }

  async function choose (chosen: Language) {
    const loaded = await textsIn(chosen, { isComplete: texts.isComplete() }).catch(() => undefined)
    // Without a connection, the page stays in its language.
    if (loaded === undefined) return
    setTexts(loaded)
    saveLanguage(chosen)
  }

  return (
    <TextsProvider value={texts}>
      <a
        class='skip'
        href='#content'
        onClick={(event) => {
          event.preventDefault()
          document.getElementById('content')?.focus()
        }}
      >
        {t('app.skip')}
      </a>
      <header class='top'>
        <a class='brand' href='#/'>{t('app.name')}</a>
        <span class='spacer' />
        <label>
          <span class='hidden'>{t('app.language')}</span>
          <select
            value={language}
            onChange={(event) => {
              void choose(event.currentTarget.value as Language)
            }}
          >
            {Object.entries(LANGUAGES).map(([code, name]) => (
              <option key={code} value={code} lang={code}>{name}</option>
            ))}
            {language === 'pseudo' && <option value='pseudo'>Pseudo</option>}
          </select>
        </label>
        {session.state === 'signed-in' && (
          <>
            <a
              class='who'
              href='#/account'
              title={t('app.signedInAs', { name: session.user.email })}
              aria-label={`${t('app.account')}: ${session.user.email}`}
            >
              {session.user.email}
            </a>
            <button
              type='button'
              onClick={() => {
                void signOut()
              }}
            >
              {t('app.signOut')}
            </button>
          </>
        )}
        {session.state === 'signed-in' && session.user.role === 'admin' && <AdminNav route={route} />}
      </header>
      <Content route={route} session={session} options={options} retry={loadSession} onSignedIn={signedIn} />
    </TextsProvider>
  )
}

interface ContentProps {
  route: Route
  session: Session
  options: SignInOptions | undefined
  retry: () => void
  onSignedIn: (user: User) => void
}

function Content ({ route, session, options, retry, onSignedIn }: ContentProps) {
  if (route.view === 'invitation' && session.state !== 'loading') {
    const user = session.state === 'signed-in' ? session.user : undefined
    return <InvitationView key={route.token} token={route.token} user={user} onSignedIn={onSignedIn} />
  }
  if (route.view === 'setup' && session.state !== 'loading') {
    return <SetupView key={route.token} token={route.token} onSignedIn={onSignedIn} />
  }
  if (session.state === 'signed-in') return <SignedIn user={session.user} route={route} />
  if (session.state === 'signed-out') {
    return <SignIn options={options} isLost={session.isLost} onSignedIn={onSignedIn} />
  }
  return (
    <main id='content' tabIndex={-1}>
      {session.state === 'failed' ? <Failure error={session.error} retry={retry} /> : <Loading />}
    </main>
  )
}

function AdminNav ({ route }: { route: Route }) {
  const { t } = useTexts()
  return (
    <nav class='parts' aria-label={t('nav.label')}>
      <a href='#/' aria-current={route.view === 'courses' ? 'page' : undefined}>{t('app.courses')}</a>
      {ADMIN_PARTS.map((part) => (
        <a
          key={part}
          href={adminLink(part)}
          aria-current={route.view === 'admin' && route.part === part ? 'page' : undefined}
        >
          {t(`nav.${part}`)}
        </a>
      ))}
    </nav>
  )
}

function SignedIn ({ user, route }: { user: SignedInUser, route: Route }) {
  const { t } = useTexts()
  const main = useRef<HTMLElement>(null)
  const place = placeOf(route)
  // A new view starts at its top, on the screen and for a screen reader.
  useEffect(() => {
    main.current?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }, [place])
  return (
    <main id='content' tabIndex={-1} ref={main}>
      {route.view === 'courses' && (user.role === 'admin' ? <CourseList /> : <Courses user={user} />)}
      {route.view === 'course' && (
        <Course
          key={route.courseId}
          courseId={route.courseId}
          tab={route.tab}
          query={route.query}
          isAdmin={user.role === 'admin'}
        />
      )}
      {route.view === 'student' && (
        <Student courseId={route.courseId} studentId={route.studentId} query={route.query} />
      )}
      {route.view === 'account' && <Account user={user} hasPassword={user.has_password ?? true} />}
      {route.view === 'first-import' && (user.role === 'admin' ? <FirstImport /> : <Denied />)}
      {route.view === 'admin' && (user.role === 'admin'
        ? <Admin part={route.part} id={route.id} query={route.query} user={user} />
        : <Denied />)}
      {route.view === 'unknown' && (
        <Empty>
          <h1>{t('app.notFound')}</h1>
          <p>
            <a href='#/'>{t('app.back')}</a>
          </p>
        </Empty>
      )}
    </main>
  )
}

/** Identifies a view: another state of the same view has the same text. */
function placeOf (route: Route): string {
  // The next student of a course is another state: the focus stays on the button that led there.
  if (route.view === 'student') return `${route.courseId}/student`
  if (route.view === 'course') return `${route.courseId}/${route.tab}`
  return route.view === 'admin' ? `${route.part}/${route.id ?? ''}` : route.view
}

const root = document.getElementById('page')
if (root !== null) render(<Page firstTexts={await textsIn(preferredLanguage())} />, root)
