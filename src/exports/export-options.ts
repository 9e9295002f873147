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
  period_id: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Only the students of this period, and averages over them. Default: the whole course.',
    })
  ),
  language: Type.Optional(
    Type.Enum(['en', 'es'], {
      description: 'Of labels, statuses and the legend: `en` (default), `es`.',
    })
  ),
  compare_with: Type.Optional(
    Type.Union([
      Type.Literal('last'),
      Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    ], {
      description: 'Adds the sheet `Changes`: what has changed since an export of the course, by its id; ' +
        '`last`: since the newest one at the time of the request.',
    })
  ),
}, { additionalProperties: false })

/** Options as a request has them. */
export type ExportOptionsGiven = Static<typeof exportOptionsSchema>

type OptionsWithDefault = 'sheets' | 'values' | 'include_dropped' | 'language'

/** All options. They are stored with the job and compared as JSON; see `Exports.request`. */
export interface ExportOptions extends Required<Pick<ExportOptionsGiven, OptionsWithDefault>> {
  /** Null: the whole course. */
  period_id: number | null
  /** The id of an export; `last`: the course had none at the time of the request; null: no comparison. */
  compare_with: number | 'last' | null
}

const DEFAULTS: ExportOptions = {
  sheets: 'course',
  values: 'percent',
  include_dropped: true,
  period_id: null,
  language: 'en',
  compare_with: null,
}

/** In a fixed order, so that equal options are equal JSON. */
export function completeOptions (given: Partial<ExportOptions>): ExportOptions {
  return {
    sheets: given.sheets ?? DEFAULTS.sheets,
    values: given.values ?? DEFAULTS.values,
    include_dropped: given.include_dropped ?? DEFAULTS.include_dropped,
    period_id: given.period_id ?? DEFAULTS.period_id,
    language: given.language ?? DEFAULTS.language,
    compare_with: given.compare_with ?? DEFAULTS.compare_with,
  }
}

/** The options that differ from the defaults. */
export function optionsGiven (options: ExportOptions): ExportOptionsGiven {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => value !== DEFAULTS[name as keyof ExportOptions])
  )
}
