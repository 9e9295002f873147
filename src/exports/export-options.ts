import Type, { type Static } from 'typebox'

/** The body of an export request. Options that are left out have their default. */
export const exportOptionsSchema = Type.Object({
  sheets: Type.Optional(
    Type.Enum(['course', 'period'], {
      description: '`course` (default): one sheet for all students; `period`: one sheet for each period.',
    })
  ),
  values: Type.Optional(
    Type.Enum(['percent', 'points'], {
      description: '`percent` (default); `points`: tasks with points possible show points.',
    })
  ),
  include_dropped: Type.Optional(
    Type.Boolean({ description: 'Whether dropped students are included. Default: true.' })
  ),
  language: Type.Optional(
    Type.Enum(['en', 'es'], {
      description: 'Of labels, statuses and the legend: `en` (default), `es`.',
    })
  ),
}, { additionalProperties: false })

export type ExportOptionsGiven = Static<typeof exportOptionsSchema>
export type ExportOptions = Required<ExportOptionsGiven>

const DEFAULTS: ExportOptions = {
  sheets: 'course', values: 'percent', include_dropped: true, language: 'en',
}

/** In a fixed order, so that equal options are equal JSON. */
export function completeOptions (given: ExportOptionsGiven): ExportOptions {
  return {
    sheets: given.sheets ?? DEFAULTS.sheets,
    values: given.values ?? DEFAULTS.values,
    include_dropped: given.include_dropped ?? DEFAULTS.include_dropped,
    language: given.language ?? DEFAULTS.language,
  }
}

/** The options that differ from the defaults. */
export function optionsGiven (options: ExportOptions): ExportOptionsGiven {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => value !== DEFAULTS[name as keyof ExportOptions])
  )
}
