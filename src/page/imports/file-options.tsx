import { useTexts } from '../texts/use-texts.ts'
import { CourseFields } from './course-fields.tsx'
import { isWorkbook, type ImportOptions } from './import-options.ts'
import { OptionsForm } from './options-form.tsx'

interface FileOptionsProps {
  filename: string
  options: ImportOptions
  /** The import is into one course only. */
  isOfCourse: boolean
  /** The file does not say which course it is of. */
  asksForCourse: boolean
  isBusy: boolean
  /** Whether the options that few imports need are shown. */
  isOpen: boolean
  onOpen: (isOpen: boolean) => void
  onOptions: (options: ImportOptions) => void
}

/** The options for a file before it is imported: its course, its sheet, and more on request. */
export function FileOptions (
  { filename, options, isOfCourse, asksForCourse, isBusy, isOpen, onOpen, onOptions }: FileOptionsProps
) {
  const { t } = useTexts()
  return (
    <>
      {asksForCourse && <CourseFields options={options} onOptions={onOptions} isBusy={isBusy} />}
      {isWorkbook(filename) && (
        <fieldset class='fields' disabled={isBusy}>
          <legend class='hidden'>{t('import.sheet')}</legend>
          <label>
            {t('import.sheet')}
            <input
              value={options.sheet}
              placeholder={t('import.sheet.auto')}
              onInput={({ currentTarget }) => {
                onOptions({ ...options, sheet: currentTarget.value })
              }}
            />
          </label>
        </fieldset>
      )}
      <details
        class='options'
        open={isOpen}
        onToggle={({ currentTarget }) => {
          onOpen(currentTarget.open)
        }}
      >
        <summary>{t('import.moreOptions')}</summary>
        <OptionsForm
          options={options}
          filename={filename}
          isOfCourse={isOfCourse}
          isBusy={isBusy}
          onOptions={onOptions}
        />
      </details>
    </>
  )
}
