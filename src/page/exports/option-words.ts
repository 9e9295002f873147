import type { Period } from '../../http/schemas/book.ts'
import type { ExportOptions } from '../../http/schemas/common.ts'
import { periodName } from '../book/count-line.tsx'
import { LANGUAGES } from '../texts/catalogue.ts'
import type { Texts } from '../texts/use-texts.ts'

/** Which students and in which unit, in words: "3rd period, points". */
export function coverageWords (options: ExportOptions, periods: readonly Period[], texts: Texts): string {
  const { t } = texts
  const period = periods.find(({ id }) => id === options.period_id)
  return [
    options.period_id === undefined
      ? t('exports.wholeCourse')
      : period === undefined ? t('exports.onePeriod') : periodName(period.name, texts),
    t(options.values === 'points' ? 'exports.inPoints' : 'exports.inPercent'),
  ].join(', ')
}

/** All options of an export in words. */
export function optionWords (options: ExportOptions, periods: readonly Period[], texts: Texts): string {
  const { t } = texts
  const { sheets, include_dropped: dropped, language, identity, compare_with: compared } = options
  return [
    coverageWords(options, periods, texts),
    ...(sheets === 'period' ? [t('exports.sheetsPeriodWords')] : []),
    ...(dropped === false ? [t('exports.withoutDropped')] : []),
    ...(identity === 'ids' || identity === 'pseudonyms' ? [t(`exports.identity.${identity}`)] : []),
    ...(compared === undefined ? [] : [t('exports.withChanges')]),
    ...(language === undefined ? [] : [LANGUAGES[language]]),
  ].join(', ')
}
