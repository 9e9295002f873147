import type { MarkMeaning } from '../../imports/column-maps/map-values.ts'
import type { TextKey } from '../texts/catalogue.ts'
import { useTexts } from '../texts/use-texts.ts'
import { MARK_MEANINGS, type ChosenMark } from './column-choices.ts'

const MEANINGS: Record<MarkMeaning, TextKey> = {
  missing: 'status.missing',
  exempt: 'status.exempt',
  submitted: 'status.submitted',
  in_progress: 'status.in_progress',
  completed: 'mapping.mark.completed',
  no_result: 'mapping.mark.no_result',
}

interface MarksFormProps {
  marks: readonly ChosenMark[]
  onChange: (marks: ChosenMark[]) => void
}

/** Asks what marks among the scores of a table, such as "X", mean. */
export function MarksForm ({ marks, onChange }: MarksFormProps) {
  const { t } = useTexts()
  if (marks.length === 0) return null
  return (
    <fieldset class='fields'>
      <legend>{t('mapping.marks')}</legend>
      {marks.map(({ mark, meaning }) => (
        <label key={mark}>
          <span dir='auto'>{t('mapping.mark', { mark })}</span>
          <select
            value={meaning}
            onChange={({ currentTarget }) => {
              const chosen = currentTarget.value as ChosenMark['meaning']
              onChange(marks.map((one) => one.mark === mark ? { mark, meaning: chosen } : one))
            }}
          >
            <option value=''>{t('mapping.mark.unknown')}</option>
            {MARK_MEANINGS.map((one) => <option key={one} value={one}>{t(MEANINGS[one])}</option>)}
          </select>
        </label>
      ))}
    </fieldset>
  )
}
