import type { ComponentChildren } from 'preact'
import type { Course as CourseFacts } from '../http/schemas/book.ts'
import { BookView } from './book/book-view.tsx'
import { useBookState } from './book/book-state.ts'
import { StaleNotice } from './book/stale-notice.tsx'
import { useLiveBook } from './book/use-live-book.ts'
import { lazyView } from './lazy-view.tsx'
import { Failure, Loading } from './notices.tsx'
import { courseLink, type CourseTab } from './router.ts'
import { UnsavedMark } from './settings/unsaved-mark.tsx'
import { useTexts } from './texts/use-texts.ts'
import { useTitle } from './use-title.ts'

const TABS: readonly CourseTab[] = ['book', 'charts', 'settings', 'import', 'fill-in']

const Charts = lazyView(async () => (await import('./charts/charts.tsx')).Charts)
const CourseSettings = lazyView(async () => (await import('./settings/settings.tsx')).CourseSettings)
const CourseImport = lazyView(async () => (await import('./imports/import-view.tsx')).ImportView)
const FillIn = lazyView(async () => (await import('./fill-in/fill-in-view.tsx')).FillInView)

/** One course: its performance book, its charts, its settings, its imports, and tables of an office. */
export function Course (
  { courseId, tab, query, isAdmin }: {
    courseId: number,
    tab: CourseTab,
    query: URLSearchParams,
    isAdmin: boolean,
  }
) {
  const { t, score } = useTexts()
  const isBook = tab === 'book'
  const [state, change] = useBookState(courseId, query, isBook)
  const { loaded, live } = useLiveBook(courseId, isBook ? state.periodId : null)
  const course = loaded.state === 'ready' ? loaded.book.course : undefined
  useTitle(course === undefined ? t('app.courses') : `${course.name} – ${t(`tabs.${tab}`)}`)

  if (loaded.state === 'failed') return <Failure error={loaded.error} retry={loaded.reload} />
  if (loaded.state === 'loading' || course === undefined) {
    return (
      <>
        <h1 class='hidden'>{t(`tabs.${tab}`)}</h1>
        <Loading />
      </>
    )
  }
  const { book, isWhole } = loaded
  if (isBook) {
    return (
      <BookView
        book={book}
        isAdmin={isAdmin}
        isWhole={isWhole}
        shownPeriodId={loaded.periodId}
        live={live}
        title={<Title course={course} />}
        state={state}
        onChange={change}
        wanted={query.get('task') === null ? null : `task-${query.get('task') ?? ''}`}
      />
    )
  }
  return (
    <>
      <div class='bar'>
        <Title course={course} />
        <p class='figure'>{t('book.average', { value: score(book.course_average) })}</p>
      </div>
      <nav class='tabs' aria-label={t('tabs.label')}>
        {TABS.map((one) => (
          <Tab key={one} courseId={courseId} tab={one} current={tab}>
            {t(`tabs.${one}`)}
            {one === 'settings' && <> <UnsavedMark courseId={courseId} /></>}
          </Tab>
        ))}
      </nav>
      {(tab === 'charts' || tab === 'settings') && <StaleNotice live={{ ...live, changes: undefined }} />}
      {tab === 'import' && (
        <CourseImport
          courseId={courseId}
          query={query}
          onImported={() => {
            loaded.reload()
          }}
        />
      )}
      {tab === 'fill-in' && <FillIn courseId={courseId} book={book} />}
      {(tab === 'charts' || tab === 'settings') && !isWhole && <Loading />}
      {tab === 'charts' && isWhole && <Charts book={book} query={query} />}
      {tab === 'settings' && isWhole && (
        <CourseSettings
          book={book}
          courseId={courseId}
          onSaved={() => {
            loaded.reload()
          }}
        />
      )}
    </>
  )
}

/** The name of a course with its term, and the way back to the list. */
function Title ({ course }: { course: CourseFacts }) {
  const { t } = useTexts()
  const where = [course.term, course.school].filter(Boolean).join(' · ')
  return (
    <div class='course-title'>
      <nav class='small' aria-label={t('student.where')}>
        <a href='#/'>{t('app.courses')}</a>
        {where !== '' && <span class='muted' dir='auto' title={where}>{where}</span>}
      </nav>
      <h1 dir='auto' title={course.name}>{course.name}</h1>
    </div>
  )
}

function Tab (
  { courseId, tab, current, children }: {
    courseId: number,
    tab: CourseTab,
    current: CourseTab,
    children: ComponentChildren,
  }
) {
  return (
    <a href={courseLink(courseId, tab)} aria-current={tab === current ? 'page' : undefined}>{children}</a>
  )
}
