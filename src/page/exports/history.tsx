import { useEffect, useRef, useState } from 'preact/hooks'
import type { Period } from '../../http/schemas/book.ts'
import type { ExportItem } from '../../http/schemas/common.ts'
import { serverNow } from '../api.ts'
import { useTexts } from '../texts/use-texts.ts'
import { ChangesSince } from './changes-since.tsx'
import { deleteLater, undoDeletion, useDeletions } from './deletions.ts'
import { formatName, optionWords } from './option-words.ts'
import { EarlierReceipts } from './receipts.tsx'

interface HistoryProps {
  courseId: number
  /** Undefined: the list has not arrived. */
  items: readonly ExportItem[] | undefined
  error: unknown
  periods: readonly Period[]
  timeZone: string
  /** Scores have changed and the page shows the old ones: nothing is up to date beside them. */
  isPageOld: boolean
  onDeleted: () => void
  onClose: () => void
}

/** The exports of a course, in a drawer. */
export function History (
  { courseId, items, error, periods, timeZone, isPageOld, onDeleted, onClose }: HistoryProps
) {
  const { t, reason } = useTexts()
  const dialog = useRef<HTMLDialogElement>(null)
  const undo = useRef<HTMLButtonElement>(null)
  const close = useRef<HTMLButtonElement>(null)
  const deletions = useDeletions(courseId)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  const deleted = new Set(deletions.map(({ exportId }) => exportId))
  const shown = items?.filter(({ id }) => !deleted.has(id))
  function remove (item: ExportItem) {
    deleteLater(courseId, item.id, item.filename, onDeleted)
    // The entry is removed, and with it the button that had the focus.
    requestAnimationFrame(() => {
      undo.current?.focus()
    })
  }
  return (
    <dialog
      ref={dialog}
      class='drawer'
      aria-labelledby='history-title'
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close()
      }}
    >
      <div class='drawer-inner'>
        <div class='line-of'>
          <h2 id='history-title'>{t('exports.history')}</h2>
          <span class='spacer' />
          <button
            type='button'
            ref={close}
            onClick={() => {
              dialog.current?.close()
            }}
          >
            {t('details.close')}
          </button>
        </div>
        {deletions.map(({ exportId, name, secondsLeft, error }) => (
          <div key={exportId} class='notice' role='status'>
            <p class='row'>
              {error === undefined
                ? (
                  <span>
                    <bdi>{t('exports.deleted', { name })}</bdi>{' '}
                    <span class='muted' aria-hidden='true'>
                      {t('exports.undoSeconds', { count: secondsLeft })}
                    </span>
                  </span>
                  )
                : <span>{t('exports.deleteFailed', { name, reason: reason(error) })}</span>}
              <button
                type='button'
                ref={undo}
                onClick={() => {
                  undoDeletion(exportId)
                  close.current?.focus()
                }}
              >
                {t(error === undefined ? 'exports.undo' : 'job.dismiss')}
              </button>
            </p>
          </div>
        ))}
        {error !== undefined && (
          <p class='muted small' role='status'>{t('exports.offline', { reason: reason(error) })}</p>
        )}
        {shown?.length === 0 && <p class='muted'>{t('exports.none')}</p>}
        {shown !== undefined && shown.length > 0 && (
          <ul class='plain' aria-label={t('exports.list')}>
            {shown.map((item) => (
              <Entry
                key={item.id}
                courseId={courseId}
                item={item}
                periods={periods}
                timeZone={timeZone}
                isPageOld={isPageOld}
                onDelete={remove}
              />
            ))}
          </ul>
        )}
      </div>
    </dialog>
  )
}

function Entry ({ courseId, item, periods, timeZone, isPageOld, onDelete }: {
  courseId: number,
  item: ExportItem,
  periods: readonly Period[],
  timeZone: string,
  isPageOld: boolean,
  onDelete: (item: ExportItem) => void,
}) {
  const texts = useTexts()
  const { t, ago, exactTime, size } = texts
  const [showsChanges, setShowsChanges] = useState(false)
  const [showsRemarks, setShowsRemarks] = useState(false)
  const now = serverNow()
  return (
    <li class='entry'>
      <p>
        <strong>{formatName(item.format, texts)}</strong>
        {' · '}
        <span dir='auto'>{optionWords(item.options, periods, texts)}</span>
      </p>
      <p class='small muted'>
        <time dateTime={item.created_at} title={exactTime(item.created_at, timeZone)}>
          {ago(Math.min(Date.parse(item.created_at), now), now)}
        </time>
        {item.created_by !== null && (
          <>
            {' · '}
            <bdi>{item.created_by}</bdi>
          </>
        )}
        {' · '}
        {size(item.size)}
        {item.expires_at !== null &&
          ` · ${t('exports.expires', { when: ago(Date.parse(item.expires_at), now) })}`}
      </p>
      <p class='small' dir='auto'>{item.filename}</p>
      <div class='row'>
        <span class={item.is_current && !isPageOld ? 'tag good' : 'tag'}>
          {t(!item.is_current ? 'exports.isOld' : isPageOld ? 'exports.isNewer' : 'exports.isCurrent')}
        </span>
        <span class='spacer' />
        <a
          class='button'
          href={item.url}
          download=''
          aria-label={t('exports.downloadName', { name: item.filename })}
        >
          {t('exports.download')}
        </a>
        {item.format !== 'xlsx' && item.job_id !== null && (
          <button
            type='button'
            aria-expanded={showsRemarks}
            onClick={() => {
              setShowsRemarks(!showsRemarks)
            }}
          >
            {t('exports.remarks')}
          </button>
        )}
        {!item.is_current && (
          <button
            type='button'
            aria-expanded={showsChanges}
            onClick={() => {
              setShowsChanges(!showsChanges)
            }}
          >
            {t('exports.changes')}
          </button>
        )}
        <button
          type='button'
          aria-label={t('exports.deleteName', { name: item.filename })}
          onClick={() => {
            onDelete(item)
          }}
        >
          {t('exports.delete')}
        </button>
      </div>
      {showsRemarks && item.job_id !== null && <EarlierReceipts jobId={item.job_id} format={item.format} />}
      {showsChanges && <ChangesSince courseId={courseId} exportId={item.id} timeZone={timeZone} />}
    </li>
  )
}
