import { useEffect, useRef, useState } from 'preact/hooks'
import type { StoredFile } from '../../../http/schemas/storage.ts'
import { call } from '../../api.ts'
import { Confirm } from '../../confirm.tsx'
import { Empty, Failure, Loading } from '../../notices.tsx'
import { adminLink, courseLink } from '../../router.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { useRefreshed } from '../../use-refreshed.ts'
import { When } from '../jobs/job-texts.tsx'
import { Pager, queryOf } from '../pager.tsx'
import { useCourseNames } from '../use-course-names.ts'

const ON_A_PAGE = 50

/** The files of one course, newest first, with a way to delete them. */
export function CourseFiles ({ courseId, query }: { courseId: number, query: URLSearchParams }) {
  const { t, size, reason, known } = useTexts()
  const name = useCourseNames().get(courseId)
  const cursor = query.get('cursor')
  const search = new URLSearchParams({ limit: String(ON_A_PAGE), ...queryOf({ cursor }) })
  const { value, error, refresh } = useRefreshed(
    String(search),
    (signal) =>
      call<{ files: StoredFile[], next_cursor: string | null }>(
        'GET',
        `api/courses/${courseId}/files?${search}`,
        { signal }
      ),
    () => false
  )
  const [asked, setAsked] = useState<StoredFile>()
  const [deleted, setDeleted] = useState<string>()
  const news = useRef<HTMLDivElement>(null)
  // The row is removed, and with it the button that had the focus.
  useEffect(() => {
    if (deleted !== undefined && document.activeElement === document.body) news.current?.focus()
  }, [value])
  return (
    <>
      <div class='bar'>
        <div>
          <nav class='small'>
            <a href={adminLink('storage')}>{t('nav.storage')}</a>
          </nav>
          <h1 dir='auto'>{name ?? t('jobs.courseNumber', { id: String(courseId) })}</h1>
        </div>
        <a class='button' href={courseLink(courseId)}>{t('storage.openCourse')}</a>
      </div>
      <div role='status' ref={news} tabIndex={-1} class='plain-focus'>
        {deleted !== undefined && (
          <p class='notice good'>
            <bdi>{t('storage.deleted', { name: deleted })}</bdi>
          </p>
        )}
      </div>
      {value === undefined && (error === undefined ? <Loading /> : <Failure error={error} retry={refresh} />)}
      {value !== undefined && error !== undefined && (
        <p class='muted small' role='status'>{t('list.offline', { reason: reason(error) })}</p>
      )}
      {value !== undefined && value.files.length === 0 && (
        <Empty>
          <p>{t('storage.noFiles')}</p>
        </Empty>
      )}
      {value !== undefined && value.files.length > 0 && (
        <div class='panel wide' tabIndex={0} role='region' aria-label={t('storage.filesOf')}>
          <table class='list rows'>
            <thead>
              <tr>
                <th>{t('exports.file')}</th>
                <th>{t('storage.category')}</th>
                <th>{t('exports.created')}</th>
                <th>{t('exports.createdBy')}</th>
                <th class='number'>{t('exports.size')}</th>
                <th>{t('list.actions')}</th>
              </tr>
            </thead>
            <tbody>
              {value.files.map((file) => (
                <tr key={file.id}>
                  <td>
                    <a href={file.url} download='' dir='auto'>{file.filename}</a>
                  </td>
                  <td>{known(`category.${file.category}`) ?? file.category}</td>
                  <td>
                    <When iso={file.created_at} />
                  </td>
                  <td>
                    <bdi>{file.created_by ?? '–'}</bdi>
                  </td>
                  <td class='number'>{size(file.size)}</td>
                  <td>
                    <button
                      type='button'
                      aria-label={t('exports.deleteName', { name: file.filename })}
                      onClick={() => {
                        setAsked(file)
                      }}
                    >
                      {t('exports.delete')}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {value !== undefined && (
        <Pager
          cursor={cursor}
          next={value.next_cursor}
          href={(to) => adminLink('storage', courseId, queryOf({ cursor: to }))}
        />
      )}
      {asked !== undefined && (
        <Confirm
          title={t('storage.deleteTitle')}
          action={t('exports.delete')}
          onClose={() => {
            setAsked(undefined)
          }}
          onConfirm={async () => {
            await call('DELETE', `api/courses/${courseId}/files/${asked.id}`)
            setDeleted(asked.filename)
            refresh()
          }}
        >
          <p>
            <strong dir='auto'>{asked.filename}</strong> <span class='muted'>{size(asked.size)}</span>
          </p>
          <p>{t('storage.deleteText')}</p>
        </Confirm>
      )}
    </>
  )
}
