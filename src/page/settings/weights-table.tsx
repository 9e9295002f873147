import type { Category, SettingsAnswer } from '../../http/schemas/book.ts'
import { useTexts } from '../texts/use-texts.ts'
import { fractionOf } from './percent-text.ts'

interface WeightsTableProps {
  categories: readonly Category[]
  /** As typed, by category id. */
  weights: ReadonlyMap<number, string>
  /** As they were before any edit. */
  before: ReadonlyMap<number, string>
  /** With the imported weights of the fields that are empty. */
  answer: SettingsAnswer | undefined
  onChange: (id: number, text: string) => void
}

/**
 * The weights in effect, fractions. Undefined: a field is invalid, or is empty and the server has not yet
 * said which weight was imported.
 */
export function weightsOf (
  { categories, weights, before, answer }: Omit<WeightsTableProps, 'onChange'>
): Array<number | undefined> {
  return categories.map(({ id, weight }) => {
    const text = weights.get(id) ?? ''
    if (text.trim() === before.get(id)) return weight
    return fractionOf(text) ?? answer?.categories.find((category) => category.id === id)?.weight
  })
}

/** Whether all weights are known to be zero, so that no student would have an average. */
export function areAllZero (weights: ReadonlyArray<number | undefined>): boolean {
  return weights.length > 0 && weights.every((weight) => weight === 0)
}

/** The weight of each category, and its real share of the grade: weights need not add up to 100 percent. */
export function WeightsTable (props: WeightsTableProps) {
  const { categories, weights: texts, onChange } = props
  const { t, percent, score } = useTexts()
  const weights = weightsOf(props)
  const total = weights.reduce<number | undefined>((sum, weight) =>
    sum === undefined || weight === undefined ? undefined : sum + weight, 0)
  const isZero = areAllZero(weights)
  const isWrong = categories.some(({ id }) => fractionOf(texts.get(id) ?? '') === undefined)
  return (
    <>
      <table class='list weights'>
        <thead>
          <tr>
            <th>{t('settings.category')}</th>
            <th>{t('settings.weight')}</th>
            <th class='number'>{t('student.share')}</th>
          </tr>
        </thead>
        <tbody>
          {categories.map(({ id, name }, c) => {
            const text = texts.get(id) ?? ''
            const weight = weights[c]
            return (
              <tr key={id}>
                <td>
                  <bdi>{name}</bdi>
                </td>
                <td>
                  <input
                    type='text'
                    inputMode='decimal'
                    value={text}
                    aria-label={t('settings.weightOf', { category: name })}
                    aria-invalid={fractionOf(text) === undefined || isZero}
                    aria-describedby='weights-help weights-wrong'
                    onInput={({ currentTarget }) => {
                      onChange(id, currentTarget.value)
                    }}
                  />
                </td>
                <td class='number'>
                  {weight === undefined || total === undefined || total === 0 ? '–' : score(weight / total)}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
      <p class='total' role='status'>
        {total !== undefined && !isZero && t(
          Math.abs(total - 1) < 0.00005 ? 'settings.total' : 'settings.totalScaled',
          { total: percent(total) }
        )}
      </p>
      <p id='weights-wrong' role='alert' class={isWrong || isZero ? 'notice bad' : ''}>
        {isWrong ? t('settings.weightWrong') : isZero && t('settings.allZero')}
      </p>
    </>
  )
}
