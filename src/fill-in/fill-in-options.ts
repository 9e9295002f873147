// What is filled into a table that an office sent: the options of `POST …/fill-in`. See docs/outlets.md.
import { Ajv, type ValidateFunction } from 'ajv'
import Type, { type Static } from 'typebox'
import { DomainError } from '../errors.ts'
import { NAME_MAX, shorten } from '../short-text.ts'
import { headingKey } from './heading-key.ts'

/** Most bytes of the options as JSON. */
export const OPTIONS_BYTES_MAX = 65_536
const COLUMNS_MAX = 50
const DECIMALS_MAX = 10

const column = Type.String({ minLength: 1, maxLength: NAME_MAX, description: 'Its heading' })

export const matchSchema = Type.Object({
  column,
  by: Type.Enum(['student_identifier', 'email', 'source_id', 'name']),
}, { additionalProperties: false })

export const fillSchema = Type.Object({
  column,
  with: Type.String({
    pattern: '^(course_average|grade|points|task:[1-9][0-9]{0,14})$',
    description: '`course_average`; `grade`, by the grading scale of the course; `points`, the sum of the ' +
      'points of all tasks; `task:ID`, the score of one task',
  }),
  as: Type.Optional(
    Type.Enum(['percent', 'fraction', 'percent_text'], {
      description: 'Of an average or a score: `percent` (default), 93; `fraction`, 0.93; `percent_text`, ' +
        '93 %',
    })
  ),
  decimals: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: DECIMALS_MAX,
      description: 'Of the written number, rounded half away from zero. Default: 2, of a fraction 4',
    })
  ),
}, { additionalProperties: false })

const fillInOptionsSchema = Type.Object({
  sheet: Type.Optional(Type.String({
    minLength: 1, maxLength: NAME_MAX, description: 'Of a workbook. Default: the first visible one',
  })),
  header_row: Type.Optional(Type.Integer({
    minimum: 1,
    maximum: 1_048_576,
    description: 'The row with the headings, from 1. Default: the first row that has all named columns',
  })),
  overwrite: Type.Optional(Type.Boolean({
    description: 'Whether cells that have a value get a new one. Cells with a formula never do. ' +
      'Default: false',
  })),
  dry_run: Type.Optional(Type.Boolean({ description: 'Only count and list. Default: false' })),
  match: Type.Optional(Type.Array(matchSchema, {
    minItems: 1, maxItems: COLUMNS_MAX, description: 'Which columns say who a row is about. All must agree',
  })),
  fill: Type.Optional(Type.Array(fillSchema, { minItems: 1, maxItems: COLUMNS_MAX })),
}, { additionalProperties: false })

type GivenOptions = Static<typeof fillInOptionsSchema>
/** `match` and `fill` are empty if they are to be guessed, which only a dry run does. */
export type FillInOptions = GivenOptions & Required<Pick<GivenOptions, 'match' | 'fill'>>
export type MatchBy = FillInOptions['match'][number]['by']
export type Fill = FillInOptions['fill'][number]

const ajv = new Ajv({ strict: false, validateSchema: false, meta: false })
let compiled: ValidateFunction<GivenOptions> | undefined

/** The options from their JSON. Throws VALIDATION_FAILED, which names the field. */
export function readFillInOptions (text: string): FillInOptions {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw invalid('', 'is not JSON')
  }
  assertColumns(value)
  const validate = compiled ??= ajv.compile<GivenOptions>(fillInOptionsSchema)
  if (!validate(value)) {
    const error = validate.errors?.at(-1)
    const params = (error?.params ?? {}) as {
      additionalProperty?: string, missingProperty?: string, allowedValues?: unknown[],
    }
    const path = (error?.instancePath ?? '').replaceAll('/', '.')
    if (params.additionalProperty !== undefined) {
      throw invalid(`${path}.${shorten(params.additionalProperty)}`, 'there is no such option')
    }
    if (params.missingProperty !== undefined) throw invalid(`${path}.${params.missingProperty}`, 'is missing')
    throw invalid(path, params.allowedValues === undefined
      ? error?.message ?? 'is not valid'
      : `must be one of ${params.allowedValues.join(', ')}`)
  }
  const { match = [], fill: fills = [] } = value
  for (const [i, fill] of fills.entries()) {
    const name = headingKey(fill.column)
    const isTwice = fills.findIndex((other) => headingKey(other.column) === name) < i ||
      match.some((other) => headingKey(other.column) === name)
    if (isTwice) throw invalid(`.fill.${i}.column`, 'is already used')
    if (fill.as !== undefined && ['grade', 'points'].includes(fill.with)) {
      throw invalid(`.fill.${i}.as`, `is not for ${fill.with}`)
    }
    if (fill.decimals !== undefined && fill.with === 'grade') {
      throw invalid(`.fill.${i}.decimals`, 'is not for grade')
    }
  }
  return { ...value, match, fill: fills }
}

/** Throws if columns are missing: only a dry run may leave them out, both of them. */
function assertColumns (value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const { match, fill, dry_run: isDryRun } = value as { match?: unknown, fill?: unknown, dry_run?: unknown }
  if (isDryRun === true && match === undefined && fill === undefined) return
  if (match === undefined) throw invalid('.match', 'is missing')
  if (fill === undefined) throw invalid('.fill', 'is missing')
}

function invalid (path: string, message: string): DomainError {
  return new DomainError('VALIDATION_FAILED', { detail: `options${path}: ${message}` })
}
