import type { RefObject } from 'preact'
import { useState } from 'preact/hooks'
import type { Period } from '../../http/schemas/book.ts'
import type { ExportItem, ExportOptions } from '../../http/schemas/common.ts'
import { Disclosure } from '../disclosure.tsx'
import { useTexts } from '../texts/use-texts.ts'
import { download } from './download.ts'
import { exportOptions, formatOf, type ExportChoices, type OnScreen } from './export-choices.ts'
import { ExportMenu } from './export-menu.tsx'
import { coverageWords, formatName, otherWords } from './option-words.ts'
import { rememberChoices, rememberedChoices } from './remembered-choices.ts'

interface ExportButtonProps {
  courseId: number
  /** What is on the screen: the period, and points or percent. */
  onScreen: Pick<ExportOptions, 'period_id' | 'values'>
  periods: readonly Period[]
  /** The newest workbook, if it has what the book has now. */
  newest: ExportItem | undefined
  isBusy: boolean
  onStart: (options: ExportOptions) => void
  buttonRef: RefObject<HTMLButtonElement | null>
}

/** Exports what is on the screen, and says so. Its menu has what else can be chosen. */
export function ExportButton (
  { courseId, onScreen, periods, newest, isBusy, onStart, buttonRef }: ExportButtonProps
) {
  const texts = useTexts()
  const { t, known, language } = texts
  const [choices, setChoices] = useState(() => rememberedChoices(courseId))
  const choose = (chosen: ExportChoices) => {
    setChoices(chosen)
    rememberChoices(courseId, chosen)
  }
  const shown: OnScreen = { ...onScreen, hasPeriods: periods.length > 0 }
  const options = exportOptions(shown, choices, language)
  const format = formatOf(choices)
  const hasUnit = choices.format === undefined || choices.format.options.some(({ name }) => name === 'values')
  const coverage = coverageWords(options, periods, texts, { hasUnit })
  // What was chosen an earlier time must not surprise.
  const words = [
    ...(options.format === undefined ? [] : [formatName(format, texts)]),
    coverage,
    ...otherWords(options, texts),
  ].join(', ')
  const label = t('exports.export')
  const action = known(`exports.start.${format}`) ?? `${label} (${formatName(format, texts)})`
  return (
    <div class='split'>
      <button
        type='button'
        class='primary'
        ref={buttonRef}
        aria-disabled={isBusy}
        title={`${action}: ${words}`}
        onClick={() => {
          onStart(options)
        }}
      >
        <span>
          {label}
          <span class='hidden'>{action.startsWith(label) ? action.slice(label.length) : ` ${action}`}: </span>
        </span>
        <small>{words}</small>
      </button>
      <Disclosure
        label={<span aria-hidden='true'>▾</span>}
        name={t('exports.options')}
        buttonClass='primary'
        side='end'
      >
        {(close) => (
          <div class='choices'>
            <p>{t('exports.onScreen', { what: coverage })}</p>
            <ExportMenu courseId={courseId} onScreen={shown} choices={choices} onChoose={choose} />
            <p class='row'>
              <button
                type='button'
                class='primary'
                aria-disabled={isBusy}
                onClick={() => {
                  close()
                  onStart(options)
                }}
              >
                {action}
              </button>
              {newest !== undefined && options.format === undefined && (
                <button
                  type='button'
                  onClick={() => {
                    close()
                    download(newest.url)
                  }}
                >
                  {t('exports.downloadCurrent')}
                </button>
              )}
            </p>
          </div>
        )}
      </Disclosure>
    </div>
  )
}
