import type { CourseFormat, ExportOptions } from '../../http/schemas/common.ts'
import type { Texts } from '../texts/use-texts.ts'

/** A format before the list of them has arrived. */
const WORKBOOK: CourseFormat['name'] = 'xlsx'

export type FormatOption = CourseFormat['options'][number]
type Value = FormatOption['values'][number]

/** What the menu adds to what is on the screen. */
export interface ExportChoices {
  /** Undefined: the workbook. */
  format: CourseFormat | undefined
  /** Chosen values by option. They stay when another format is chosen, which may have the same options. */
  values: Readonly<Record<string, Value>>
  withDropped: boolean
}

export const NO_CHOICES: ExportChoices = { format: undefined, values: {}, withDropped: true }

/** What an export takes from the view of the book. */
export interface OnScreen extends Pick<ExportOptions, 'period_id' | 'values'> {
  hasPeriods: boolean
}

export function formatOf ({ format }: ExportChoices): CourseFormat['name'] {
  return format?.name ?? WORKBOOK
}

/** Options as the API has them: only what differs from the defaults and what the format has. */
export function exportOptions (
  onScreen: OnScreen, choices: ExportChoices, language: Texts['language']
): ExportOptions {
  const { format, withDropped } = choices
  const { period_id: periodId, values } = onScreen
  const chosen: Record<string, Value> = {
    ...(values === 'points' && { values }),
    ...(language === 'es' && { language }),
    ...choices.values,
  }
  const kept = Object.entries(chosen).filter(([name, value]) => {
    if (format === undefined) return true
    const option = format.options.find((one) => one.name === name)
    return option !== undefined && option.default !== value && option.values.includes(value) &&
      isApplicable(name, chosen, onScreen)
  })
  return {
    ...(format !== undefined && format.name !== WORKBOOK && { format: format.name }),
    ...Object.fromEntries(kept),
    ...(!withDropped && { include_dropped: false }),
    ...(periodId !== undefined && { period_id: periodId }),
  }
}

/** Whether an option of the format means something for what is on the screen and for the other choices. */
export function isApplicable (
  name: string, chosen: Readonly<Record<string, Value>>, { hasPeriods, period_id: periodId }: OnScreen
): boolean {
  if (name === 'sheets') return hasPeriods && periodId === undefined
  // The comparison names students.
  if (name === 'compare_with') return (chosen['identity'] ?? 'names') === 'names'
  return true
}
