import type { RefObject } from 'preact'
import { useState } from 'preact/hooks'
import type { Period } from '../../http/schemas/book.ts'
import type { ExportItem, ExportOptions } from '../../http/schemas/common.ts'
import { Disclosure } from '../disclosure.tsx'
import { LANGUAGES } from '../texts/catalogue.ts'
import { useTexts } from '../texts/use-texts.ts'
import { download } from './download.ts'
import { coverageWords } from './option-words.ts'

/** What the menu adds to what is on the screen. */
export type ExportChoices = Pick<ExportOptions, 'format' | 'sheets' | 'include_dropped' | 'language'>

interface ExportButtonProps {
  /** What is on the screen: the period, and points or percent. */
  onScreen: Pick<ExportOptions, 'period_id' | 'values'>
  periods: readonly Period[]
  /** The newest file, if it has what the book has now. */
  newest: ExportItem | undefined
  isBusy: boolean
  onStart: (options: ExportOptions) => void
  buttonRef: RefObject<HTMLButtonElement | null>
}

/** Exports what is on the screen, and says so. Its menu has what else can be chosen. */
export function ExportButton (
  { onScreen, periods, newest, isBusy, onStart, buttonRef }: ExportButtonProps
) {
  const texts = useTexts()
  const { t, language } = texts
  const [choices, setChoices] = useState<ExportChoices>({})
  const options = exportOptions(onScreen, { ...(language === 'es' && { language }), ...choices })
  const words = coverageWords(options, periods, texts)
  const action = t(options.format === 'csv' ? 'exports.startCsv' : 'exports.start')
  const label = t('exports.export')
  const choose = (change: ExportChoices) => {
    setChoices({ ...choices, ...change })
  }
  const isWhole = onScreen.period_id === undefined
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
            <p>{t('exports.onScreen', { what: words })}</p>
            <label class='check'>
              <input
                type='checkbox'
                checked={choices.include_dropped !== false}
                onChange={({ currentTarget }) => {
                  choose({ include_dropped: currentTarget.checked })
                }}
              />
              <span>{t('exports.includeDropped')}</span>
            </label>
            <label>
              <span>{t('exports.format')}</span>
              <select
                value={choices.format ?? 'xlsx'}
                onChange={({ currentTarget }) => {
                  choose({ format: currentTarget.value === 'csv' ? 'csv' : 'xlsx' })
                }}
              >
                <option value='xlsx'>{t('exports.formatExcel')}</option>
                <option value='csv'>{t('exports.formatCsv')}</option>
              </select>
            </label>
            {periods.length > 0 && isWhole && choices.format !== 'csv' && (
              <label>
                <span>{t('exports.sheets')}</span>
                <select
                  value={choices.sheets ?? 'course'}
                  onChange={({ currentTarget }) => {
                    choose({ sheets: currentTarget.value === 'period' ? 'period' : 'course' })
                  }}
                >
                  <option value='course'>{t('exports.sheetsCourse')}</option>
                  <option value='period'>{t('exports.sheetsPeriod')}</option>
                </select>
              </label>
            )}
            <label>
              <span>{t('app.language')}</span>
              <select
                value={options.language ?? 'en'}
                onChange={({ currentTarget }) => {
                  choose({ language: currentTarget.value === 'es' ? 'es' : 'en' })
                }}
              >
                {Object.entries(LANGUAGES).map(([code, name]) => (
                  <option key={code} value={code} lang={code}>{name}</option>
                ))}
              </select>
            </label>
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
              {newest !== undefined && (
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

/** As in the API, options hold only what differs from the defaults and what the format has. */
function exportOptions (
  { period_id: periodId, values }: ExportButtonProps['onScreen'],
  { format, sheets, include_dropped: dropped, language }: ExportChoices
): ExportOptions {
  return {
    ...(format === 'csv' && { format }),
    ...(format !== 'csv' && sheets === 'period' && periodId === undefined && { sheets }),
    ...(values === 'points' && { values }),
    ...(dropped === false && { include_dropped: false }),
    ...(periodId !== undefined && { period_id: periodId }),
    ...(language === 'es' && { language }),
  }
}
