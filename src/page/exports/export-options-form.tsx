import type { ExportOptions } from '../../http/schemas/common.ts'
import { LANGUAGES } from '../texts/catalogue.ts'
import { useTexts } from '../texts/use-texts.ts'

/** The options of a new export. As in the API, they hold only what differs from the defaults. */
export function ExportOptionsForm (
  { options, onOptions, hasPeriods }: {
    options: ExportOptions,
    onOptions: (options: ExportOptions) => void,
    hasPeriods: boolean,
  }
) {
  const { t } = useTexts()
  const choose = (change: ExportOptions) => {
    const { sheets, values, language, include_dropped: dropped } = { ...options, ...change }
    onOptions({
      ...(sheets === 'period' && { sheets }),
      ...(values === 'points' && { values }),
      ...(dropped === false && { include_dropped: false }),
      ...(language === 'es' && { language }),
    })
  }
  return (
    <details class='options'>
      <summary>{t('exports.options')}</summary>
      <div class='toolbar'>
        {hasPeriods && (
          <label>
            <span>{t('exports.sheets')}</span>
            <select
              value={options.sheets ?? 'course'}
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
          <span>{t('exports.values')}</span>
          <select
            value={options.values ?? 'percent'}
            onChange={({ currentTarget }) => {
              choose({ values: currentTarget.value === 'points' ? 'points' : 'percent' })
            }}
          >
            <option value='percent'>{t('book.percent')}</option>
            <option value='points'>{t('book.points')}</option>
          </select>
        </label>
        <label>
          <span>{t('app.language')}</span>
          <select
            value={options.language ?? 'en'}
            onChange={({ currentTarget }) => {
              choose({ language: currentTarget.value === 'es' ? 'es' : 'en' })
            }}
          >
            {Object.entries(LANGUAGES).map(([language, name]) => (
              <option key={language} value={language} lang={language}>{name}</option>
            ))}
          </select>
        </label>
        <label class='check'>
          <input
            type='checkbox'
            checked={options.include_dropped !== false}
            onChange={({ currentTarget }) => {
              choose({ include_dropped: currentTarget.checked })
            }}
          />
          <span>{t('exports.includeDropped')}</span>
        </label>
      </div>
    </details>
  )
}
