import type { ExportOptions } from '../../http/schemas/common.ts'
import { useTexts } from '../texts/use-texts.ts'

/** What differs from the default is all that the options hold, as in the API. */
export function ExportOptionsForm (
  { options, onOptions, hasPeriods }: {
    options: ExportOptions,
    onOptions: (options: ExportOptions) => void,
    hasPeriods: boolean,
  }
) {
  const { t } = useTexts()
  const { sheets, values, include_dropped: dropped } = options
  const choose = (sheets: 'period' | undefined, values: 'points' | undefined, dropped: false | undefined) => {
    onOptions({
      ...(sheets && { sheets }),
      ...(values && { values }),
      ...(dropped === false && { include_dropped: false }),
    })
  }
  const periods = sheets === 'period' ? sheets : undefined
  const points = values === 'points' ? values : undefined
  const without = dropped === false ? dropped : undefined
  return (
    <details class='options'>
      <summary>{t('exports.options')}</summary>
      <div class='toolbar'>
        {hasPeriods && (
          <label>
            <span>{t('exports.sheets')}</span>
            <select
              value={periods ?? 'course'}
              onChange={({ currentTarget }) => {
                choose(currentTarget.value === 'period' ? 'period' : undefined, points, without)
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
            value={points ?? 'percent'}
            onChange={({ currentTarget }) => {
              choose(periods, currentTarget.value === 'points' ? 'points' : undefined, without)
            }}
          >
            <option value='percent'>{t('book.percent')}</option>
            <option value='points'>{t('book.points')}</option>
          </select>
        </label>
        <label class='check'>
          <input
            type='checkbox'
            checked={without === undefined}
            onChange={({ currentTarget }) => {
              choose(periods, points, currentTarget.checked ? undefined : false)
            }}
          />
          <span>{t('exports.includeDropped')}</span>
        </label>
      </div>
    </details>
  )
}
