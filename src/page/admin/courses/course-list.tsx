import { useEffect, useRef, useState } from 'preact/hooks'
import type { CourseItem } from '../../../http/schemas/book.ts'
import { personName } from '../../../person-name.ts'
import { call } from '../../api.ts'
import { Confirm } from '../../confirm.tsx'
import { fold, hasWords, searchWords } from '../../fold.ts'
import { Empty, Failure, Loading } from '../../notices.tsx'
import { adminLink } from '../../router.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { useLoaded } from '../../use-loaded.ts'
import { useTitle } from '../../use-title.ts'
import { CourseTable, type CourseAction } from './course-table.tsx'
import { RenameDialog } from './rename-dialog.tsx'
import { TeachersDialog } from './teachers-dialog.tsx'

/** More rows are shown on request. */
const SHOWN_AT_ONCE = 100

/** All courses, as administrators see and change them. */
export function CourseList () {
  const { t, compare, reason } = useTexts()
  useTitle(t('courses.all'))
  const [isArchived, setArchived] = useState(false)
  const loaded = useLoaded(String(isArchived), (signal) =>
    call<CourseItem[]>('GET', `api/courses?details=true&archived=${isArchived}`, { signal }))
  const [query, setQuery] = useState('')
  const [most, setMost] = useState(SHOWN_AT_ONCE)
  // What was changed here: a course as it is now, or null if it is no longer in this list.
  const [changed, setChanged] = useState<ReadonlyMap<number, CourseItem | null>>(new Map())
  const [asked, setAsked] = useState<{ action: CourseAction, course: CourseItem }>()
  const [done, setDone] = useState('')
  const [failure, setFailure] = useState<unknown>()
  const search = useRef<HTMLInputElement>(null)
  const removals = [...changed.values()].filter((course) => course === null).length
  // The row with the focus is gone.
  useEffect(() => {
    if (removals > 0) search.current?.focus()
  }, [removals])

  if (loaded.state === 'failed') return <Failure error={loaded.error} retry={loaded.reload} />
  const all = (loaded.value ?? []).flatMap((course) => changed.get(course.id) === null
    ? []
    : [changed.get(course.id) ?? course]).sort((a, b) => compare(a.name, b.name) || a.id - b.id)
  const words = searchWords(query)
  const shown = all.filter((course) => hasWords(foldedCourse(course), words))
  const keep = (id: number, course: CourseItem | null) => {
    setChanged((before) => new Map(before).set(id, course))
  }

  async function archive (course: CourseItem) {
    setFailure(undefined)
    setDone('')
    try {
      await call('PATCH', `api/courses/${course.id}`, { body: { archived: !isArchived } })
      keep(course.id, null)
      setDone(t(isArchived ? 'courses.restored' : 'courses.archivedDone', { name: course.name }))
    } catch (refusal) {
      setFailure(refusal)
    }
  }
  const onAction = (action: CourseAction, course: CourseItem) => {
    if (action === 'archive') void archive(course)
    else setAsked({ action, course })
  }
  const onClose = () => {
    setAsked(undefined)
  }

  return (
    <>
      <div class='bar'>
        <h1>{t('courses.all')}</h1>
      </div>
      <div class='toolbar'>
        <label class='search'>
          <span class='hidden'>{t('courses.search')}</span>
          <input
            ref={search}
            type='search'
            placeholder={t('courses.search')}
            value={query}
            onInput={({ currentTarget }) => {
              setQuery(currentTarget.value)
            }}
          />
        </label>
        <label>
          <span class='hidden'>{t('courses.which')}</span>
          <select
            value={String(isArchived)}
            onChange={({ currentTarget }) => {
              setChanged(new Map())
              setDone('')
              setArchived(currentTarget.value === 'true')
            }}
          >
            <option value='false'>{t('courses.which.current')}</option>
            <option value='true'>{t('courses.which.archived')}</option>
          </select>
        </label>
        <p class='muted small' role='status'>
          {[done, loaded.state === 'ready' ? t('courses.shown', { count: shown.length }) : '']
            .filter((text) => text !== '').join(' ')}
        </p>
      </div>
      <div role='alert'>{failure !== undefined && <p class='notice bad'>{reason(failure)}</p>}</div>
      {loaded.state === 'loading'
        ? <Loading />
        : shown.length > 0
          ? <CourseTable courses={shown.slice(0, most)} isArchived={isArchived} onAction={onAction} />
          : (
            <Empty>
              <p>
                {all.length > 0
                  ? t('courses.noMatch', { query })
                  : t(isArchived ? 'courses.noneArchived' : 'courses.noneYet')}
              </p>
              {all.length === 0 && !isArchived && (
                <p>
                  <a class='button' href={adminLink('import')}>{t('courses.import')}</a>
                </p>
              )}
            </Empty>
            )}
      {shown.length > most && (
        <p>
          <button
            type='button'
            onClick={() => {
              setMost(most + SHOWN_AT_ONCE)
            }}
          >
            {t('courses.more', { count: Math.min(SHOWN_AT_ONCE, shown.length - most) })}
          </button>
        </p>
      )}
      {asked?.action === 'rename' && (
        <RenameDialog
          course={asked.course}
          onRenamed={(course) => {
            keep(course.id, course)
          }}
          onClose={onClose}
        />
      )}
      {asked?.action === 'teachers' && (
        <TeachersDialog
          course={asked.course}
          onChanged={(teachers) => {
            keep(asked.course.id, { ...asked.course, teachers })
          }}
          onClose={onClose}
        />
      )}
      {asked?.action === 'delete' && (
        <Confirm
          title={t('courses.deleteTitle')}
          action={t('courses.delete')}
          onClose={onClose}
          onConfirm={async () => {
            await call('DELETE', `api/courses/${asked.course.id}`)
            keep(asked.course.id, null)
            setDone(t('courses.deleted', { name: asked.course.name }))
          }}
        >
          <p dir='auto'>
            <strong>{asked.course.name}</strong>
          </p>
          <p>{t('courses.deleteText', { count: asked.course.student_count })}</p>
          {!isArchived && <p>{t('courses.deleteInstead')}</p>}
        </Confirm>
      )}
    </>
  )
}

/** What a search looks at. */
function foldedCourse (
  { name, roster_name: rosterName, term, school, periods, teachers }: CourseItem
): string {
  const people = (teachers ?? []).map((one) =>
    `${personName(one.first_name, one.last_name)} ${one.email ?? ''}`)
  return fold([name, rosterName, term, school, ...periods ?? [], ...people].join(' '))
}
