import { useEffect, useRef, useState } from 'preact/hooks'
import type { ImportReport } from '../../http/schemas/imports.ts'
import type { ColumnMap } from '../../imports/column-maps/column-map.ts'
import { adminLink, courseLink } from '../router.ts'
import { useTexts } from '../texts/use-texts.ts'
import { chosenColumns, columnMapOf, faultOf, type ChosenColumns, type TableRow } from './column-choices.ts'
import { ColumnsForm } from './columns-form.tsx'
import { FileChooser } from './file-chooser.tsx'
import { FileOptions } from './file-options.tsx'
import { ImportReportView } from './import-report.tsx'
import { ImportStatus } from './import-status.tsx'
import { PastImports } from './past-imports.tsx'
import { NO_OPTIONS, needsCourse, type ImportOptions } from './import-options.ts'
import { SampleFiles } from './sample-files.tsx'
import { useImport } from './use-import.ts'

/** How long the form is left alone before its file is checked again, ms. */
const PAUSE_MS = 500

/** An error that names an option. Messages are in English. */
const OPTION_NAMED = /"(?:Allow |Order of dates|Treat warnings)/

/** What is to be imported, and how. A change of anything is another object. */
interface Request {
  file?: File
  options: ImportOptions
  /** Columns that were chosen by hand, or guessed and not yet changed. */
  chosen?: ChosenColumns | undefined
}

/** The first rows of a table whose columns can be chosen. */
interface Table {
  rows: readonly TableRow[]
  guess: ColumnMap
}

/**
 * From a file to its report: first a check, which changes nothing and follows every change of the form; then
 * the import of what was checked. The job's id is in the address, so that a reload continues to follow it.
 * With a course, it imports into that course only, as its teachers may.
 */
export function ImportView (
  { courseId, query, onImported }: { courseId?: number, query: URLSearchParams, onImported?: () => void }
) {
  const { t } = useTexts()
  const [request, setRequest] = useState<Request>({ options: NO_OPTIONS })
  const [table, setTable] = useState<Table>()
  const [isChoosing, setChoosing] = useState(false)
  const [hasOptions, setHasOptions] = useState(false)
  /** The last check, with its job. */
  const [checked, setChecked] = useState<{ request: Request, jobId: number }>()
  const [isImporting, setImporting] = useState(false)
  const [last, setLast] = useState<ImportReport>()
  /** How often an import has begun or ended here. */
  const [changes, setChanges] = useState(0)
  const heading = useRef<HTMLDivElement>(null)
  /** A button was pressed whose result is the report. */
  const isAwaited = useRef(false)
  const sent = useRef<Request>(undefined)
  const latest = useRef(request)
  latest.current = request
  const { file, options, chosen } = request
  const isOfCourse = courseId !== undefined
  const href = (jobId: number) =>
    isOfCourse
      ? courseLink(courseId, 'import', { job: String(jobId) })
      : adminLink('import', undefined, { job: String(jobId) })
  const path = isOfCourse ? `api/courses/${courseId}/imports` : 'api/imports'
  const { state, start, cancel, dismiss } = useImport({
    path,
    jobId: Number(query.get('job')) || null,
    onJob: (jobId) => {
      location.replace(href(jobId))
      setChanges((count) => count + 1)
    },
    onEnd: ended,
  })
  const isGuessed = table !== undefined && chosen !== undefined &&
    sameMap(columnMapOf(chosen), columnMapOf(chosenColumns(table.guess, table.rows)))
  const isBusy = state.phase === 'uploading' || state.phase === 'following'
  const report = state.phase === 'ended' ? state.report : undefined
  const shown = report ?? (isImporting ? undefined : last)
  const isChecked = checked?.request === request && report?.id === checked.jobId &&
    report.status === 'succeeded'
  const fault = chosen === undefined ? undefined : faultOf(chosen)
  const asksForCourse = file !== undefined && !isOfCourse && needsCourse(options.format, file.name)
  const missing = file === undefined
    ? 'import.needsFile' as const
    : asksForCourse && options.course.trim() === ''
      ? 'import.needsCourse' as const
      : fault === undefined ? undefined : `mapping.${fault}` as const

  function ended (report: ImportReport) {
    setLast(report)
    setImporting(false)
    setChanges((count) => count + 1)
    if (report.errors.some(({ message }) => OPTION_NAMED.test(message))) setHasOptions(true)
    if (!report.dry_run && report.status === 'succeeded') {
      setChecked(undefined)
      onImported?.()
    }
    takeGuess(report)
    // The pressed button may be removed or disabled.
    if (isAwaited.current || !report.dry_run) {
      requestAnimationFrame(() => {
        heading.current?.focus()
      })
    }
    isAwaited.current = false
  }
  /** What the columns may be. A table that cannot be read without a choice is checked again with this one. */
  function takeGuess ({ guess, preview, status }: ImportReport) {
    const { current } = latest
    if (guess === null || preview === null || sent.current !== current || current.chosen !== undefined) return
    const found = { guess: guess as ColumnMap, rows: preview }
    setTable(found)
    if (status === 'succeeded') return
    setChoosing(true)
    setRequest({ ...current, chosen: chosenColumns(found.guess, found.rows) })
  }
  async function check () {
    if (file === undefined || missing !== undefined) return
    sent.current = request
    const map = chosen === undefined ? undefined : columnMapOf(chosen)
    const jobId = await start({ file, options, map, dryRun: true })
    if (jobId !== undefined) setChecked({ request, jobId })
  }
  async function importChecked () {
    if (file === undefined || !isChecked || isBusy) return
    setImporting(true)
    const map = chosen === undefined ? undefined : columnMapOf(chosen)
    if (await start({ file, options, map, dryRun: false }) === undefined) setImporting(false)
  }
  const isWaiting = file !== undefined && missing === undefined && sent.current !== request
  useEffect(() => {
    if (!isWaiting) return
    const timer = setTimeout(() => {
      void check()
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [request, isWaiting])

  function take (file: File) {
    setTable(undefined)
    setChoosing(false)
    setLast(undefined)
    dismiss()
    setRequest({ file, options: { ...options, sheet: '', format: '' } })
  }
  function setOptions (changed: ImportOptions) {
    // Another format or sheet means another table, and another order of dates means other due dates.
    const isSame = (['format', 'sheet', 'dates'] as const).every((name) => changed[name] === options[name])
    if (!isSame) {
      setTable(undefined)
      setChoosing(false)
    }
    setRequest({ ...request, options: changed, chosen: isSame ? chosen : undefined })
  }

  return (
    <>
      <section class='panel' aria-label={t('nav.import')}>
        <p>{t(isOfCourse ? 'import.leadOfCourse' : 'import.lead')}</p>
        <FileChooser file={file} onFile={take} isBusy={isImporting} />
        {file !== undefined && (
          <FileOptions
            filename={file.name}
            options={options}
            isOfCourse={isOfCourse}
            asksForCourse={asksForCourse}
            isBusy={isImporting}
            isOpen={hasOptions}
            onOpen={setHasOptions}
            onOptions={setOptions}
          />
        )}
        {file !== undefined && (
          <p class='row'>
            <button
              type='button'
              class='primary'
              aria-disabled={!isChecked || isBusy}
              aria-describedby='import-hint'
              onClick={() => {
                void importChecked()
              }}
            >
              {t('import.import')}
            </button>
            <button
              type='button'
              aria-disabled={missing !== undefined || isImporting}
              aria-describedby='import-hint'
              onClick={() => {
                isAwaited.current = true
                if (!isImporting) void check()
              }}
            >
              {t('import.check')}
            </button>
            <span id='import-hint' class='muted small'>
              {missing === undefined ? t(isChecked ? 'import.hintChecked' : 'import.hint') : t(missing)}
            </span>
          </p>
        )}
        <ImportStatus
          state={state}
          isCheck={!isImporting && sent.current !== undefined}
          onCancel={() => {
            void cancel()
          }}
          onDismiss={dismiss}
        />
      </section>
      {table !== undefined && file !== undefined && (
        <section class='panel' aria-labelledby='mapping-title'>
          <h2 id='mapping-title'>{t('mapping.title')}</h2>
          <p>{t(isChoosing ? 'mapping.lead' : 'mapping.known')}</p>
          {isChoosing && chosen !== undefined
            ? (
              <ColumnsForm
                rows={table.rows}
                chosen={chosen}
                onChange={(changed) => {
                  setRequest({ ...request, chosen: changed })
                }}
              />
              )
            : (
              <button
                type='button'
                onClick={() => {
                  setChoosing(true)
                  setRequest({ ...request, chosen: chosenColumns(table.guess, table.rows) })
                }}
              >
                {t('mapping.change')}
              </button>
              )}
        </section>
      )}
      <div
        ref={heading}
        tabIndex={-1}
        class={report === undefined && isBusy ? 'plain-focus old' : 'plain-focus'}
        aria-busy={isBusy}
      >
        {shown !== undefined && (
          <ImportReportView
            report={shown}
            isAsking={table !== undefined && shown.guess !== null}
            isGuessed={isGuessed}
          >
            {file === undefined && shown.dry_run && shown.status === 'succeeded' && (
              <p class='muted'>{t('import.chooseAgain')}</p>
            )}
            {file !== undefined && table === undefined && shown.dry_run && !isBusy && asksForCourse && (
              <p>
                <button
                  type='button'
                  onClick={() => {
                    setOptions({ ...options, format: 'spreadsheet' })
                  }}
                >
                  {t('mapping.byHand')}
                </button>
              </p>
            )}
          </ImportReportView>
        )}
      </div>
      {report !== undefined && hasImported(report) && (
        <p>
          <a href={isOfCourse ? courseLink(courseId) : '#/'}>
            {t(isOfCourse ? 'import.toBook' : 'import.toCourses')}
          </a>
        </p>
      )}
      <PastImports
        path={path}
        version={changes}
        href={href}
        isOfCourse={isOfCourse}
      />
      <details class='panel options'>
        <summary>{t('firstImport.samples')}</summary>
        <SampleFiles />
      </details>
    </>
  )
}

function sameMap (one: ColumnMap, other: ColumnMap): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function hasImported ({ status, dry_run: isCheck }: ImportReport): boolean {
  return status === 'succeeded' && !isCheck
}
