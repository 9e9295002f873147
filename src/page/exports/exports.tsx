import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { ExportItem, ExportOptions } from '../../http/schemas/common.ts'
import { call } from '../api.ts'
import { useTexts } from '../texts/use-texts.ts'
import { deleteLater, undoDeletion, useDeletions } from './deletions.ts'
import { download } from './download.ts'
import { ExportList } from './export-list.tsx'
import { ExportOptionsForm } from './export-options-form.tsx'
import { ExportStatus } from './export-status.tsx'
import { useExport } from './use-export.ts'

/** A colleague's export, or a change of scores, is shown after this time at most, ms. */
const POLL_EVERY_MS = 30_000

/** The exports of a course: request one, follow it, and the list of files. */
export function Exports (
  { courseId, timeZone, hasPeriods }: { courseId: number, timeZone: string, hasPeriods: boolean }
) {
  const { t, reason } = useTexts()
  const { items, error, refresh } = useExportList(courseId)
  const { state, start, cancel, dismiss } = useExport(courseId, refresh)
  const [options, setOptions] = useState<ExportOptions>({})
  const [showsAll, setShowsAll] = useState(false)
  const deletions = useDeletions(courseId)
  const button = useRef<HTMLButtonElement>(null)
  const undo = useRef<HTMLButtonElement>(null)
  const isBusy = state.phase === 'asking' || state.phase === 'following'
  const deleted = new Set(deletions.map(({ exportId }) => exportId))
  const shown = items?.filter(({ id }) => !deleted.has(id))
  const newest = shown?.[0]
  const offersNewest = newest !== undefined && newest.is_current && !isBusy &&
    JSON.stringify(newest.options) === JSON.stringify(options)

  function remove (item: ExportItem) {
    deleteLater(courseId, item.id, item.filename, refresh)
    // The row is removed, and with it the button that had the focus.
    requestAnimationFrame(() => {
      undo.current?.focus()
    })
  }

  return (
    <section class='exports' aria-labelledby='exports-title'>
      <div class='row'>
        <h2 id='exports-title'>{t('exports.title')}</h2>
        <span class='spacer' />
        {offersNewest && (
          <button
            type='button'
            class='primary'
            onClick={() => {
              download(newest.url)
            }}
          >
            {t('exports.downloadCurrent')}
          </button>
        )}
        <button
          type='button'
          class={offersNewest ? '' : 'primary'}
          ref={button}
          aria-disabled={isBusy}
          onClick={() => {
            void start(options)
          }}
        >
          {t(offersNewest ? 'exports.startAgain' : 'exports.start')}
        </button>
      </div>
      {offersNewest && <p class='muted small'>{t('exports.current')}</p>}
      <ExportOptionsForm options={options} onOptions={setOptions} hasPeriods={hasPeriods} />
      <ExportStatus
        state={state}
        onCancel={(jobId) => {
          void cancel(jobId)
          button.current?.focus()
        }}
        onDismiss={() => {
          dismiss()
          button.current?.focus()
        }}
      />
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
                button.current?.focus()
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
      {shown !== undefined && (shown.length === 0
        ? <p class='muted'>{t('exports.none')}</p>
        : <ExportList items={showsAll ? shown : shown.slice(0, 1)} timeZone={timeZone} onDelete={remove} />)}
      {shown !== undefined && shown.length > 1 && (
        <p>
          <button
            type='button'
            aria-expanded={showsAll}
            onClick={() => {
              setShowsAll(!showsAll)
            }}
          >
            {showsAll ? t('exports.newestOnly') : t('exports.showAll', { count: shown.length })}
          </button>
        </p>
      )}
    </section>
  )
}

/**
 * The list of exports. It is loaded again from time to time, when the page is visible again, and by
 * `refresh`.
 */
function useExportList (courseId: number) {
  const [items, setItems] = useState<ExportItem[]>()
  const [error, setError] = useState<unknown>()
  const latest = useRef(0)
  const refresh = useCallback(() => {
    const turn = ++latest.current
    call<ExportItem[]>('GET', `api/courses/${courseId}/performance/exports`).then(
      (answer) => {
        // A late answer to an older request changes nothing.
        if (turn !== latest.current) return
        setItems(answer)
        setError(undefined)
      },
      (reason: unknown) => {
        if (turn === latest.current) setError(reason)
      }
    )
  }, [courseId])
  useEffect(() => {
    refresh()
    const refreshIfVisible = () => {
      if (document.visibilityState === 'visible') refresh()
    }
    const timer = setInterval(refreshIfVisible, POLL_EVERY_MS)
    document.addEventListener('visibilitychange', refreshIfVisible)
    addEventListener('online', refreshIfVisible)
    return () => {
      latest.current++
      clearInterval(timer)
      document.removeEventListener('visibilitychange', refreshIfVisible)
      removeEventListener('online', refreshIfVisible)
    }
  }, [refresh])
  return { items, error, refresh }
}
