import type { ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import { BookView } from './book/book-view.tsx'
import type { AverageRange } from './book/rows.ts'
import { useBook } from './book/use-book.ts'
import { Exports } from './exports/exports.tsx'
import { lazyView } from './lazy-view.tsx'
import { Failure, Loading } from './notices.tsx'
import { courseLink, type CourseTab } from './router.ts'
import { useTexts } from './texts/use-texts.ts'
import { useTitle } from './use-title.ts'

const TABS: readonly CourseTab[] = ['book', 'charts', 'settings', 'import']

const Charts = lazyView(async () => (await import('./charts/charts.tsx')).Charts)
const CourseSettings = lazyView(async () => (await import('./settings/settings.tsx')).CourseSettings)
const CourseImport = lazyView(async () => (await import('./imports/import-view.tsx')).ImportView)

/** One course: its performance book with the exports, its charts, its settings, and its imports. */
export function Course (
  { courseId, tab, query }: { courseId: number, tab: CourseTab, query: URLSearchParams }
) {
  const { t, percent } = useTexts()
  const periodId = tab === 'book' ? query.get('period') : null
  const loaded = useBook(courseId, periodId)
  const range = useMemo(() => rangeOf(query), [String(query)])
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
  return (
    <>
      <div class='bar'>
        <div>
          <nav class='small'>
            <a href='#/'>{t('app.courses')}</a>
          </nav>
          <h1 dir='auto'>{course.name}</h1>
          <p class='muted' dir='auto'>{[course.school, course.term].filter(Boolean).join(' · ')}</p>
        </div>
        <p class='figure'>{t('book.average', { value: percent(book.course_average) })}</p>
      </div>
      <nav class='tabs' aria-label={t('tabs.label')}>
        {TABS.map((one) => (
          <Tab key={one} courseId={courseId} tab={one} current={tab}>
            {t(`tabs.${one}`)}
          </Tab>
        ))}
      </nav>
      {tab === 'book' && (
        <>
          <Exports courseId={courseId} timeZone={course.time_zone} hasPeriods={book.periods.length > 0} />
          <BookView
            book={book}
            isWhole={isWhole}
            periodId={periodId}
            range={range}
            onPeriod={(id) => {
              location.hash = courseLink(courseId, 'book', id === null ? undefined : { period: id })
            }}
            onRange={() => {
              location.hash = courseLink(
                courseId,
                'book',
                periodId === null ? undefined : { period: periodId }
              )
            }}
          />
        </>
      )}
      {tab === 'import' && (
        <CourseImport
          courseId={courseId}
          query={query}
          onImported={() => {
            loaded.reload()
          }}
        />
      )}
      {(tab === 'charts' || tab === 'settings') && !isWhole && <Loading />}
      {tab === 'charts' && isWhole && <Charts book={book} />}
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

/** The filter in a chart's link: `?from=0.6&to=0.7`, or `?average=none`. */
function rangeOf (query: URLSearchParams): AverageRange | null {
  if (query.get('average') === 'none') return 'none'
  const from = Number(query.get('from') ?? NaN)
  if (Number.isNaN(from)) return null
  const to = query.get('to')
  return { from, to: to === null ? null : Number(to) }
}
