import { useEffect, useRef, useState } from 'preact/hooks'
import type { Book } from '../../http/schemas/book.ts'
import type { FillInResult } from '../../http/schemas/fill-in.ts'
import type { TableGuess } from '../../fill-in/table-guess.ts'
import { download, nameOf } from '../exports/download.ts'
import { FileChooser } from '../imports/file-chooser.tsx'
import { courseLink } from '../router.ts'
import { useTexts } from '../texts/use-texts.ts'
import { ChoiceForm } from './choice-form.tsx'
import { choiceOf, faultOf, namedHeadings, optionsOf, type Choice } from './fill-in-choice.ts'
import { FillInReport } from './fill-in-report.tsx'
import { FillInStatus } from './fill-in-status.tsx'
import { rememberChoice, rememberedChoice, type TablePlace } from './remembered-choices.ts'
import { useFillIn } from './use-fill-in.ts'

/** How long the form is left alone before the table is looked at again, ms. */
const PAUSE_MS = 400

/** A table of the file, and what was guessed first in it. */
interface Looked { table: TableGuess, first: TableGuess }
interface Checked { choice: Choice, report: FillInResult }

/** From an office's table to the same table with the numbers of a course in it. */
export function FillInView ({ courseId, book }: { courseId: number, book: Book }) {
  const { t } = useTexts()
  const [file, setFile] = useState<File>()
  const [looked, setLooked] = useState<Looked>()
  const [choice, setChoice] = useState<Choice>()
  const [isRemembered, setRemembered] = useState(false)
  const [checked, setChecked] = useState<Checked>()
  const [made, setMade] = useState<string>()
  const [isMaking, setMaking] = useState(false)
  const sent = useRef<Choice>(undefined)
  const { progress, isBusy, run, cancel } = useFillIn(courseId)
  const fault = choice === undefined ? undefined : faultOf(choice)
  const isChecked = checked !== undefined && checked.choice === choice
  const mayMake = isChecked && checked.report.counts.filled > 0 && !isBusy

  function take (chosen: File) {
    setFile(chosen)
    setLooked(undefined)
    setChoice(undefined)
    setChecked(undefined)
    setMade(undefined)
    setMaking(false)
    setRemembered(false)
    void look(chosen)
  }
  /** Has the columns guessed, and takes the choice for these headings if there is one. */
  async function look (chosen: File) {
    const report = await guess(chosen)
    if (report?.table === undefined) return
    const found = remembered(report.table)
    if (found === undefined || !('elsewhere' in found)) return show(report, { first: report.table, found })
    const other = await guess(chosen, found.elsewhere)
    // The sheet may have another name now.
    if (other?.table === undefined) return show(report, { first: report.table })
    const there = remembered(other.table)
    show(other, {
      first: report.table, found: there === undefined || 'elsewhere' in there ? undefined : there,
    })
  }
  const remembered = (table: TableGuess) =>
    rememberedChoice(table, { courseId, taskIds: book.data_headings.map(({ id }) => id) })
  function show (
    report: FillInResult, { first, found }: { first: TableGuess, found?: Choice | undefined }
  ) {
    const { table } = report
    if (table === undefined) return
    setLooked({ table, first })
    setRemembered(found !== undefined)
    const shown = found ?? choiceOf(table)
    sent.current = found === undefined ? shown : undefined
    setChoice(shown)
    if (found === undefined && faultOf(shown) === undefined) setChecked({ choice: shown, report })
  }
  async function guess (chosen: File, place?: TablePlace): Promise<FillInResult | undefined> {
    const job = await run(chosen, {
      dry_run: true,
      ...(place?.sheet == null ? {} : { sheet: place.sheet }),
      ...(place?.headerRow == null ? {} : { header_row: place.headerRow }),
    })
    return job?.result as FillInResult | undefined
  }
  async function lookAt (place: TablePlace) {
    if (file === undefined || looked === undefined) return
    setMade(undefined)
    // A change of the columns that is not looked at yet is one of the table before.
    sent.current = choice
    const report = await guess(file, place)
    if (report?.table === undefined) return
    const found = remembered(report.table)
    show(report, {
      first: looked.first, found: found === undefined || 'elsewhere' in found ? undefined : found,
    })
  }

  const isWaiting = file !== undefined && choice !== undefined && fault === undefined &&
    sent.current !== choice
  useEffect(() => {
    if (!isWaiting) return
    const timer = setTimeout(() => {
      if (sent.current === choice) return
      sent.current = choice
      void run(file, { ...optionsOf(choice), dry_run: true }).then((job) => {
        if (job !== undefined) setChecked({ choice, report: job.result as FillInResult })
      })
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [choice, isWaiting])

  async function make () {
    if (file === undefined || choice === undefined || looked === undefined || !mayMake) return
    setMaking(true)
    setMade(undefined)
    const job = await run(file, optionsOf(choice))
    setMaking(false)
    if (job?.url == null) return
    rememberChoice(looked, { courseId, choice })
    setMade(job.url)
    download(job.url)
  }

  function retry () {
    if (file === undefined) return
    if (choice === undefined) {
      take(file)
      return
    }
    sent.current = undefined
    setChoice({ ...choice })
  }

  /** It has columns to match and to fill in. */
  const isTable = looked !== undefined && namedHeadings(looked.table.headings).length > 1

  return (
    <>
      <section class='panel' aria-label={t('tabs.fill-in')}>
        <p>{t('fillIn.lead')}</p>
        <FileChooser
          file={file}
          onFile={take}
          isBusy={isMaking}
          accept='.csv,.tsv,.txt,.xlsx'
          hint={t('fillIn.drop')}
        />
        <FillInStatus progress={progress} isMaking={isMaking} onCancel={cancel} onRetry={retry} />
      </section>
      {looked !== undefined && choice !== undefined && (
        <section class='panel' aria-labelledby='fill-in-columns'>
          <h2 id='fill-in-columns'>{t('fillIn.columns')}</h2>
          {isTable
            ? <p>{t(isRemembered ? 'fillIn.remembered' : 'fillIn.guessed')}</p>
            : <p class='notice bad'>{t('fillIn.noHeader')}</p>}
          <ChoiceForm
            table={looked.table}
            choice={choice}
            book={book}
            onChange={(changed) => {
              setMade(undefined)
              setChoice(changed)
            }}
            onTable={(place) => {
              void lookAt(place)
            }}
          />
        </section>
      )}
      {choice !== undefined && isTable && (
        <section class='panel' aria-labelledby='fill-in-result'>
          <h2 id='fill-in-result'>{t('fillIn.result')}</h2>
          <div class={isChecked || isMaking ? '' : 'old'} aria-busy={!isChecked}>
            {fault !== undefined && <p class='notice'>{t(`fillIn.${fault}`)}</p>}
            {fault === undefined && checked !== undefined && looked !== undefined && (
              <FillInReport report={checked.report} choice={checked.choice} table={looked.table} />
            )}
          </div>
          <p class='row'>
            <button
              type='button'
              class='primary'
              aria-disabled={!mayMake}
              onClick={() => {
                void make()
              }}
            >
              {t('fillIn.make')}
            </button>
            <a href={courseLink(courseId)}>{t('import.toBook')}</a>
          </p>
          <p role='status' class={made === undefined ? 'hidden' : 'notice good'}>
            {made !== undefined && (
              <>
                {t('fillIn.made', { name: nameOf(made) })} <a href={made} download=''>{t('job.again')}</a>
              </>
            )}
          </p>
        </section>
      )}
    </>
  )
}
