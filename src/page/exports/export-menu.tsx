import type { CourseFormat } from '../../http/schemas/common.ts'
import { call } from '../api.ts'
import { LANGUAGES } from '../texts/catalogue.ts'
import { useTexts, type Texts } from '../texts/use-texts.ts'
import { useLoaded } from '../use-loaded.ts'
import {
  formatOf, isApplicable, type ExportChoices, type FormatOption, type OnScreen,
} from './export-choices.ts'
import { formatName } from './option-words.ts'

interface ExportMenuProps {
  courseId: number
  onScreen: OnScreen
  choices: ExportChoices
  onChoose: (choices: ExportChoices) => void
}

/** The file of an export and its options. The service lists both: a new format needs no change here. */
export function ExportMenu ({ courseId, onScreen, choices, onChoose }: ExportMenuProps) {
  const texts = useTexts()
  const { t, known, reason } = texts
  const loaded = useLoaded(`formats ${courseId}`, (signal) =>
    call<CourseFormat[]>('GET', `api/courses/${courseId}/performance/formats`, { signal }))
  const formats = loaded.value ?? (choices.format === undefined ? [] : [choices.format])
  const name = formatOf(choices)
  const format = formats.find((one) => one.name === name)
  const impossible = formats.filter((one) => one.reason !== null)
  const hint = known(`exports.hint.${name}`)
  return (
    <>
      <label>
        <span>{t('exports.file')}</span>
        <select
          value={name}
          aria-busy={loaded.state === 'loading'}
          onChange={({ currentTarget }) => {
            onChoose({ ...choices, format: formats.find((one) => one.name === currentTarget.value) })
          }}
        >
          {format === undefined && <option value={name}>{formatName(name, texts)}</option>}
          {formats.map((one) => (
            <option key={one.name} value={one.name} disabled={one.reason !== null}>
              {formatName(one.name, texts)}
            </option>
          ))}
        </select>
      </label>
      {hint !== undefined && <p class='small muted'>{hint}</p>}
      {loaded.state === 'failed' && (
        <p class='small row'>
          <span>{reason(loaded.error)}</span>
          <button
            type='button'
            onClick={() => {
              loaded.reload()
            }}
          >
            {t('app.retry')}
          </button>
        </p>
      )}
      {format?.options.map((option) =>
        option.name !== 'values' && isApplicable(option.name, choices.values, onScreen) && (
          <OptionControl
            key={option.name}
            option={option}
            value={choices.values[option.name]}
            onChange={(value) => {
              onChoose({ ...choices, format, values: { ...choices.values, [option.name]: value } })
            }}
          />
        )
      )}
      <label class='check'>
        <input
          type='checkbox'
          checked={choices.withDropped}
          onChange={({ currentTarget }) => {
            onChoose({ ...choices, withDropped: currentTarget.checked })
          }}
        />
        <span>{t('exports.includeDropped')}</span>
      </label>
      {impossible.map((one) => (
        <p key={one.name} class='small muted'>
          {t('exports.notHere', { file: formatName(one.name, texts), reason: whyNot(one, texts) })}
        </p>
      ))}
    </>
  )
}

function OptionControl ({ option, value, onChange }: {
  option: FormatOption,
  /** Undefined: nothing was chosen. */
  value: FormatOption['values'][number] | undefined,
  onChange: (value: FormatOption['values'][number]) => void,
}) {
  const texts = useTexts()
  const { known, language } = texts
  const { name, values } = option
  const label = known(`exports.option.${name}`) ?? name
  const byDefault = name === 'language' && language === 'es' ? language : option.default
  const current = value !== undefined && values.includes(value) ? value : byDefault
  const [only] = values
  // Yes or no: also where the only value is to use the option at all.
  if (only === undefined || typeof only === 'boolean' || values.length === 1) {
    return (
      <label class='check'>
        <input
          type='checkbox'
          checked={current === true || (typeof only === 'string' && current === only)}
          onChange={({ currentTarget: { checked } }) => {
            onChange(typeof only === 'string' && checked ? only : checked)
          }}
        />
        <span>{label}</span>
      </label>
    )
  }
  return (
    <label>
      <span>{label}</span>
      <select
        value={String(current)}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.value)
        }}
      >
        {values.map((one) => (
          <option key={String(one)} value={String(one)} lang={name === 'language' ? String(one) : undefined}>
            {valueName(name, String(one), texts)}
          </option>
        ))}
      </select>
    </label>
  )
}

function valueName (option: string, value: string, { known }: Texts): string {
  if (option === 'language' && (value === 'en' || value === 'es')) return LANGUAGES[value]
  return known(`exports.option.${option}.${value}`) ?? value
}

/** Why a course cannot have a file of this format; without an end, because it is part of a sentence. */
function whyNot ({ name, reason }: CourseFormat, { known }: Texts): string {
  return known(`exports.notPossible.${name}`) ?? reason?.message ?? ''
}
