import type { ComponentChildren } from 'preact'
import type {
  Counts,
  ImportColumn,
  ImportError,
  ImportReport,
  ImportSummary,
  ImportWarning,
} from '../../http/schemas/imports.ts'
import { call } from '../api.ts'
import { Failure, Loading } from '../notices.tsx'
import { importErrorText, importReason, onPage } from './page-words.ts'
import { useTexts } from '../texts/use-texts.ts'
import { useLoaded } from '../use-loaded.ts'

/** The things that an import counts. */
const THINGS = ['courses', 'periods', 'students', 'tasks', 'scores'] as const
const CHANGES = ['added', 'updated', 'unchanged', 'removed'] as const

/** The report of a job that has ended. */
export function ImportReportOf ({ jobId }: { jobId: number }) {
  const loaded = useLoaded(
    `import ${jobId}`,
    (signal) => call<ImportReport>('GET', `api/imports/${jobId}`, { signal })
  )
  if (loaded.state === 'failed') return <Failure error={loaded.error} retry={loaded.reload} />
  return loaded.state === 'ready' ? <ImportReportView report={loaded.value} /> : <Loading />
}

/** What an import changed or would change, or the errors of the file. */
export function ImportReportView (
  { report, isAsking = false, isGuessed = false, children }: {
    report: ImportReport,
    /** The columns are being chosen, which the errors of this report are about. */
    isAsking?: boolean,
    /** The given columns are a guess that nobody has changed. */
    isGuessed?: boolean,
    children?: ComponentChildren,
  }
) {
  const { t } = useTexts()
  return (
    <section class='panel' aria-labelledby='report-title' data-status={report.status}>
      <h2 id='report-title'>
        {t(report.dry_run ? 'import.reportOfCheck' : 'import.report')}
        {report.filename !== null && (
          <>
            {' – '}
            <bdi>{report.filename}</bdi>
          </>
        )}
      </h2>
      <WhatItIs report={report} isGuessed={isGuessed} />
      {isAsking && report.status === 'failed'
        ? <p class='notice'>{t('import.unknownTable')}</p>
        : <Outcome report={report} />}
      {children}
      {report.summary !== null && <Summary summary={report.summary} />}
      {report.summary !== null && report.summary.warnings.length > 0 && (
        <Warnings warnings={report.summary.warnings} isOfCourse={report.course_id !== null} />
      )}
      {report.summary?.column_maps?.map(({ file, origin }) => (
        <p key={file}>{t(`import.map.${isGuessed && origin === 'given' ? 'guessed' : origin}`, { file })}</p>
      ))}
      {report.summary?.columns !== undefined && (
        <Columns
          columns={report.summary.columns}
          count={report.summary.column_count ?? report.summary.columns.length}
        />
      )}
      {report.errors.length > 0 && !isAsking && <Errors errors={report.errors} count={report.error_count} />}
    </section>
  )
}

/** What kind of file it is. */
function WhatItIs (
  { report: { format, guess, summary }, isGuessed }: { report: ImportReport, isGuessed: boolean }
) {
  const { t } = useTexts()
  if (format === null) return null
  const maps = summary?.column_maps
  const isByHand = maps === undefined
    ? guess === null
    : maps.some(({ origin }) => origin === 'remembered' || (origin === 'given' && !isGuessed))
  const name = format === 'spreadsheet' && !isByHand ? t('import.guessedTable') : t(`import.format.${format}`)
  return <p>{t('import.fileIs')} <strong>{name}</strong></p>
}

function Outcome (
  { report: { status, dry_run: isCheck, summary, error_count: errors, error } }: { report: ImportReport }
) {
  const texts = useTexts()
  const { t } = texts
  if (status === 'canceled') return <p class='notice'>{t('import.canceled')}</p>
  if (status === 'failed' && errors > 0) {
    return <p class='notice bad'>{t('import.failed', { count: errors })}</p>
  }
  if (status === 'failed') {
    return (
      <p class='notice bad'>
        {t('import.failedOtherwise')} {error !== null && importReason(error, texts)}
      </p>
    )
  }
  const changes = summary === null
    ? 0
    : THINGS.reduce(
      (sum, thing) => sum + summary[thing].added + summary[thing].updated + summary[thing].removed,
      0
    )
  if (changes === 0) {
    return <p class='notice good'>{t(isCheck ? 'import.wouldChangeNothing' : 'import.changedNothing')}</p>
  }
  return <p class='notice good'>{t(isCheck ? 'import.checked' : 'import.done')}</p>
}

function Summary ({ summary }: { summary: ImportSummary }) {
  const { t, number } = useTexts()
  const cell = (counts: Counts, change: typeof CHANGES[number]) => (
    <td
      key={change}
      class={`number ${counts[change] === 0 ? 'muted' : change === 'unchanged' ? '' : 'strong'}`}
    >
      {number(counts[change])}
    </td>
  )
  return (
    <div class='wide' tabIndex={0} role='group' aria-label={t('import.counts')}>
      <table class='list counts'>
        <caption class='hidden'>{t('import.counts')}</caption>
        <thead>
          <tr>
            <td />
            {CHANGES.map((change) => (
              <th key={change} scope='col' class='number'>
                {t(`import.${change}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {THINGS.map((thing) => (
            <tr key={thing}>
              <th scope='row'>{t(`import.${thing}`)}</th>
              {CHANGES.map((change) => cell(summary[thing], change))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** `isOfCourse`: an import into one course, as its teachers may do. Some of its warnings have other words. */
function Warnings ({ warnings, isOfCourse }: { warnings: readonly ImportWarning[], isOfCourse: boolean }) {
  const { t, number, known } = useTexts()
  const textOf = ({ code, message }: ImportWarning) =>
    (isOfCourse ? known(`warningOfTeacher.${code}`) : undefined) ?? known(`warning.${code}`) ??
      onPage(message)
  return (
    <>
      <h3 id='warnings-title'>
        {t('import.warnings', { count: warnings.reduce((sum, { count }) => sum + count, 0) })}
      </h3>
      <div class='wide' tabIndex={0} role='group' aria-labelledby='warnings-title'>
        <table class='list rows stacked'>
          <thead>
            <tr>
              <th>{t('import.warning')}</th>
              <th>{t('import.firstPlace')}</th>
              <th class='number'>{t('import.times')}</th>
            </tr>
          </thead>
          <tbody>
            {warnings.map((warning) => (
              <tr key={warning.code}>
                <td>{textOf(warning)}</td>
                <td data-label={t('import.firstPlace')}>
                  <bdi class='place'>
                    {placeOf(warning)}
                    {warning.cell !== null && `: ${warning.cell}`}
                  </bdi>
                </td>
                <td class='number' data-label={t('import.times')}>
                  <span>{number(warning.count)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

/** How each column of a grade book file is used. */
function Columns ({ columns, count }: { columns: readonly ImportColumn[], count: number }) {
  const { t, known } = useTexts()
  return (
    <>
      <h3 id='columns-title'>{t('import.columns', { count })}</h3>
      <div class='wide' tabIndex={0} role='group' aria-labelledby='columns-title'>
        <table class='list rows stacked'>
          <thead>
            <tr>
              <th>{t('import.column')}</th>
              <th>{t('import.usedAs')}</th>
              <th>{t('import.why')}</th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column, i) => (
              <tr key={i}>
                <td>
                  <bdi>{column.name}</bdi>
                </td>
                <td data-label={t('import.usedAs')}>
                  <span>{known(`column.${column.used_as}`) ?? column.used_as}</span>
                </td>
                <td {...(column.reason === null ? {} : { 'data-label': t('import.why') })}>
                  <span>{known(`columnReason.${column.reason_code ?? ''}`) ?? column.reason}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {count > columns.length && (
        <p class='muted'>{t('import.moreColumns', { count: count - columns.length })}</p>
      )}
    </>
  )
}

function Errors ({ errors, count }: { errors: readonly ImportError[], count: number }) {
  const { t } = useTexts()
  return (
    <>
      <h3 id='errors-title'>{t('import.errors', { count })}</h3>
      <div class='wide' tabIndex={0} role='group' aria-labelledby='errors-title'>
        <table class='list rows stacked'>
          <thead>
            <tr>
              <th>{t('import.place')}</th>
              <th>{t('import.problem')}</th>
            </tr>
          </thead>
          <tbody>
            {errors.map((error, i) => (
              <tr key={i}>
                <td>
                  <bdi class='place'>{placeOf(error)}</bdi>
                </td>
                <td data-label={t('import.problem')}>
                  <ErrorText message={error.message} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {count > errors.length && (
        <p class='muted'>{t('import.moreErrors', { count: count - errors.length })}</p>
      )}
    </>
  )
}

function ErrorText ({ message }: { message: string }) {
  const text = importErrorText(message, useTexts())
  return text === undefined
    ? <span lang='en' dir='auto'>{onPage(message)}</span>
    : <span dir='auto'>{text}</span>
}

/** `file:line`, or `file:path` in JSON, as on the command line. */
function placeOf ({ file, line, path }: Pick<ImportError, 'file' | 'line' | 'path'>): string {
  const parts = [file, path ?? (line === null ? null : String(line))].filter((part) => part !== null)
  return parts.length === 0 ? '–' : parts.join(':')
}
