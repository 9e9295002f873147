import Type, { type Static } from 'typebox'

/** The body of an export request; what is left out has the default. */
export const exportOptionsSchema = Type.Object({
  sheets: Type.Optional(
    Type.Enum(['course', 'period'], {
      description: '`course` (default): one sheet for all; `period`: one sheet a period.',
    })
  ),
  values: Type.Optional(
    Type.Enum(['percent', 'points'], {
      description: '`percent` (default), or `points` in the cells of tasks that have points possible.',
    })
  ),
  include_dropped: Type.Optional(
    Type.Boolean({ description: 'Whether dropped students are in it; default true.' })
  ),
}, { additionalProperties: false })

export type ExportOptionsGiven = Static<typeof exportOptionsSchema>
export type ExportOptions = Required<ExportOptionsGiven>

const DEFAULTS: ExportOptions = { sheets: 'course', values: 'percent', include_dropped: true }

/** In a fixed order, so that equal options are equal JSON. */
export function completeOptions (given: ExportOptionsGiven): ExportOptions {
  return {
    sheets: given.sheets ?? DEFAULTS.sheets,
    values: given.values ?? DEFAULTS.values,
    include_dropped: given.include_dropped ?? DEFAULTS.include_dropped,
  }
}

/** What differs from the defaults. */
export function optionsGiven (options: ExportOptions): ExportOptionsGiven {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => value !== DEFAULTS[name as keyof ExportOptions])
  )
}
