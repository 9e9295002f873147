import type { Texts } from '../texts/use-texts.ts'
import type { Distribution } from './statistics.ts'

/** The spread of scores in words: median, middle half, lowest and highest. */
export function spreadWords ({ quartiles }: Pick<Distribution, 'quartiles'>, { t, score }: Texts): string {
  if (quartiles === undefined) return t('charts.noScores')
  const { lowest, lower, median, upper, highest } = quartiles
  return t('charts.spread', {
    median: score(median),
    lower: score(lower),
    upper: score(upper),
    lowest: score(lowest),
    highest: score(highest),
  })
}

/** How much work is missing, in words; null: nothing was due. */
export function missingWords ({ missing }: Pick<Distribution, 'missing'>, { t, score }: Texts): string {
  return missing === null ? '' : t('charts.missing', { share: score(missing) })
}
