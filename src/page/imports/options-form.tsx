import { useTexts } from '../texts/use-texts.ts'
import { FORMATS, needsCourse, type ImportOptions } from './import-options.ts'

interface OptionsFormProps {
  options: ImportOptions
  filename: string
  /** An import into one course: the form does not ask for the course. */
  isOfCourse: boolean
  isBusy: boolean
  onOptions: (options: ImportOptions) => void
}

/** How to read a file, for those who know better than the importer. */
export function OptionsForm ({ options, filename, isOfCourse, isBusy, onOptions }: OptionsFormProps) {
  const { t } = useTexts()
  const set = (change: Partial<ImportOptions>) => {
    onOptions({ ...options, ...change })
  }
  return (
    <fieldset class='fields' disabled={isBusy}>
      <legend class='hidden'>{t('import.options')}</legend>
      <label>
        {t('import.format')}
        <select
          value={options.format}
          onChange={({ currentTarget }) => {
            set({ format: currentTarget.value as ImportOptions['format'] })
          }}
        >
          <option value=''>{t('import.format.auto')}</option>
          {FORMATS.map((one) => <option key={one} value={one}>{t(`import.format.${one}`)}</option>)}
        </select>
      </label>
      <label>
        {t('settings.timeZone')}
        <select
          value={options.timeZone}
          onChange={({ currentTarget }) => {
            set({ timeZone: currentTarget.value })
          }}
        >
          <option value=''>{t('import.zone.auto')}</option>
          {Intl.supportedValuesOf('timeZone').map((zone) => (
            <option key={zone} value={zone}>{zone.replaceAll('_', ' ')}</option>
          ))}
        </select>
      </label>
      <label>
        {t('import.dates')}
        <select
          value={options.dates}
          onChange={({ currentTarget }) => {
            set({ dates: currentTarget.value as ImportOptions['dates'] })
          }}
        >
          <option value=''>{t('import.dates.auto')}</option>
          <option value='mdy'>{t('import.dates.mdy')}</option>
          <option value='dmy'>{t('import.dates.dmy')}</option>
        </select>
      </label>
      <label class='check'>
        <input
          type='checkbox'
          checked={options.strict}
          onChange={({ currentTarget }) => {
            set({ strict: currentTarget.checked })
          }}
        />
        <span>{t('import.strict')}</span>
      </label>
      <label class='check'>
        <input
          type='checkbox'
          checked={options.allowRemovals}
          onChange={({ currentTarget }) => {
            set({ allowRemovals: currentTarget.checked })
          }}
        />
        <span>{t('import.allowRemovals')}</span>
      </label>
      <label class='check'>
        <input
          type='checkbox'
          checked={options.allowSkips}
          onChange={({ currentTarget }) => {
            set({ allowSkips: currentTarget.checked })
          }}
        />
        <span>{t('import.allowSkips')}</span>
      </label>
      {needsCourse(options.format, filename) && (
        <label class='check'>
          <input
            type='checkbox'
            checked={options.allowNewPeople}
            onChange={({ currentTarget }) => {
              set({ allowNewPeople: currentTarget.checked })
            }}
          />
          <span>{t('import.allowNewPeople')}</span>
        </label>
      )}
      {!isOfCourse && (
        <label class='check'>
          <input
            type='checkbox'
            checked={options.allowErased}
            onChange={({ currentTarget }) => {
              set({ allowErased: currentTarget.checked })
            }}
          />
          <span>{t('import.allowErased')}</span>
        </label>
      )}
    </fieldset>
  )
}
