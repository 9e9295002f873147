import type { Period } from '../../http/schemas/book.ts'
import type { ExportOptions } from '../../http/schemas/common.ts'
import { periodName } from '../book/count-line.tsx'
import { LANGUAGES } from '../texts/catalogue.ts'
import type { Texts } from '../texts/use-texts.ts'

/** The name of a format; as the service calls it, if the page has no text for it. */
export function formatName (format: string, { known }: Pick<Texts, 'known'>): string {
  return known(`exports.format.${format}`) ?? format
}

/** Which students and in which unit, in words: "3rd period, points". */
export function coverageWords (
  options: ExportOptions, periods: readonly Period[], texts: Texts, { hasUnit }: { hasUnit: boolean }
): string {
  const { t } = texts
  const period = periods.find(({ id }) => id === options.period_id)
  return [
    options.period_id === undefined
      ? t('exports.wholeCourse')
      : period === undefined ? t('exports.onePeriod') : periodName(period.name, texts),
    ...(hasUnit ? [t(options.values === 'points' ? 'exports.inPoints' : 'exports.inPercent')] : []),
  ].join(', ')
}

/** All options of an export in words. */
export function optionWords (options: ExportOptions, periods: readonly Period[], texts: Texts): string {
  const { format, values, language } = options
  return [
    // Files of other formats may have no choice of unit.
    coverageWords(options, periods, texts, { hasUnit: format === undefined || values !== undefined }),
    ...otherWords(options, texts),
    ...(language === undefined ? [] : [LANGUAGES[language]]),
  ].join(', ')
}

const SAID_APART = ['format', 'period_id', 'values', 'language']

/** The options besides the format, the coverage and the language, in words. */
export function otherWords (options: ExportOptions, { known }: Texts): string[] {
  return Object.entries(options).filter(([name]) => !SAID_APART.includes(name)).map(([name, value]) =>
    known(`exports.with.${name}.${String(value)}`) ?? known(`exports.with.${name}`) ??
      `${name}: ${String(value)}`)
}
