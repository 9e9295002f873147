import { useRef, useState } from 'preact/hooks'
import type { ImportReport } from '../../http/schemas/imports.ts'
import { adminLink, courseLink } from '../router.ts'
import { useTexts } from '../texts/use-texts.ts'
import { FileChooser } from './file-chooser.tsx'
import { ImportReportView } from './import-report.tsx'
import { ImportStatus } from './import-status.tsx'
import { OptionsForm } from './options-form.tsx'
import { PastImports } from './past-imports.tsx'
import { NO_OPTIONS, needsCourse, type ImportOptions } from './import-options.ts'
import { useImport } from './use-import.ts'

/**
 * From a file to its report: first a check, which changes nothing, then the import of the checked file. The
 * job's id is in the address, so that a reload continues to follow it. With a course, it imports into that
 * course only, as its teachers may.
 */
export function ImportView (
  { courseId, query, onImported }: { courseId?: number, query: URLSearchParams, onImported?: () => void }
) {
  const { t } = useTexts()
  const [file, setFile] = useState<File>()
  const [options, setOptions] = useState<ImportOptions>(NO_OPTIONS)
  /** The last check, with its job. */
  const [checked, setChecked] = useState<{ file: File, options: ImportOptions, jobId: number }>()
  const heading = useRef<HTMLDivElement>(null)
  const href = (jobId: number) =>
    courseId === undefined
      ? adminLink('import', undefined, { job: String(jobId) })
      : courseLink(courseId, 'import', { job: String(jobId) })
  const path = courseId === undefined ? 'api/imports' : `api/courses/${courseId}/imports`
  const { state, start, cancel, dismiss } = useImport({
    path,
    jobId: Number(query.get('job')) || null,
    onJob: (jobId) => {
      location.replace(href(jobId))
    },
    onEnd: (report) => {
      if (!report.dry_run && report.status === 'succeeded') {
        setChecked(undefined)
        onImported?.()
      }
      // The pressed button may be removed or disabled.
      requestAnimationFrame(() => {
        heading.current?.focus()
      })
    },
  })
  const isBusy = state.phase === 'uploading' || state.phase === 'following'
  const report = state.phase === 'ended' ? state.report : undefined
  const isChecked = file !== undefined && checked?.file === file && checked.options === options &&
    report?.id === checked.jobId && report.status === 'succeeded'
  const missing = file === undefined
    ? 'import.needsFile' as const
    : courseId === undefined && needsCourse(options.format, file.name) && options.course.trim() === ''
      ? 'import.needsCourse' as const
      : undefined

  async function check () {
    if (file === undefined || missing !== undefined || isBusy) return
    const jobId = await start({ file, options, dryRun: true })
    if (jobId !== undefined) setChecked({ file, options, jobId })
  }
  async function importChecked () {
    if (isChecked && !isBusy) await start({ file, options, dryRun: false })
  }

  return (
    <>
      <section class='panel' aria-label={t('nav.import')}>
        <p>{t(courseId === undefined ? 'import.lead' : 'import.leadOfCourse')}</p>
        <FileChooser file={file} onFile={setFile} isBusy={isBusy} />
        <OptionsForm
          options={options}
          filename={file?.name ?? ''}
          isOfCourse={courseId !== undefined}
          isBusy={isBusy}
          onOptions={setOptions}
        />
        <p class='row'>
          <button
            type='button'
            class={isChecked ? '' : 'primary'}
            aria-disabled={missing !== undefined || isBusy}
            aria-describedby='import-hint'
            onClick={() => {
              void check()
            }}
          >
            {t('import.check')}
          </button>
          <button
            type='button'
            class={isChecked ? 'primary' : ''}
            aria-disabled={!isChecked || isBusy}
            aria-describedby='import-hint'
            onClick={() => {
              void importChecked()
            }}
          >
            {t('import.import')}
          </button>
          <span id='import-hint' class='muted small'>
            {missing === undefined ? t(isChecked ? 'import.hintChecked' : 'import.hint') : t(missing)}
          </span>
        </p>
        <ImportStatus
          state={state}
          onCancel={() => {
            void cancel()
          }}
          onDismiss={dismiss}
        />
      </section>
      <div ref={heading} tabIndex={-1} class='plain-focus'>
        {report !== undefined && <ImportReportView report={report} />}
      </div>
      {report !== undefined && hasImported(report) && (
        <p>
          <a href={courseId === undefined ? '#/' : courseLink(courseId)}>
            {t(courseId === undefined ? 'import.toCourses' : 'import.toBook')}
          </a>
        </p>
      )}
      <PastImports
        path={path}
        version={report?.id ?? (state.phase === 'following' ? state.jobId : 0)}
        href={href}
      />
    </>
  )
}

function hasImported ({ status, dry_run: isCheck }: ImportReport): boolean {
  return status === 'succeeded' && !isCheck
}
