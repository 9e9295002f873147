// Parts of responses that several routes share, for the published contract.
import Type, { type Static, type TSchema, type TUnsafe } from 'typebox'
import { fillInResultSchema } from './fill-in.ts'
import { FORMAT_NAMES } from '../../exports/export-names.ts'
import { exportOptionsSchema } from '../../exports/export-request.ts'

/**
 * The same or null. Uses a list of types where possible, because for `anyOf` Fastify's serializer needs a
 * validator at the start and for every value.
 */
export function nullable<T extends TSchema> (schema: T): TUnsafe<Static<T> | null> {
  const { type } = schema as { type?: unknown }
  return Type.Unsafe(
    typeof type === 'string' ? { ...schema, type: [type, 'null'] } : Type.Union([schema, Type.Null()])
  )
}

export const time = Type.String({ format: 'date-time', description: 'UTC, with milliseconds' })
/** No id is beyond what JavaScript counts exactly; PostgreSQL would refuse to compare with it. */
export const id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
export const fraction = Type.Number({ description: 'A fraction: 0.85 is 85%. Over 1 is extra credit.' })

export const errorSchema = Type.Object({
  statusCode: Type.Integer(),
  code: Type.String({ description: 'Permanent. The message may change.' }),
  error: Type.String(),
  message: Type.String({ description: 'A sentence that a person can act on' }),
}, { $id: 'Error', title: 'Error' })

/** The errors of a route, by status. */
export function errors (...statuses: number[]): Record<string, TSchema> {
  return Object.fromEntries(statuses.map((status) => [String(status), errorSchema]))
}

/**
 * A positive decimal integer in an address. Undefined: the text is something else, so nothing has this id.
 */
export function idOf (text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}

export const courseParams = Type.Object({ course_id: Type.String({ description: 'Id of a course' }) })

export const exportSchema = Type.Object({
  id,
  filename: Type.String(),
  url: Type.String({
    format: 'uri',
    description: 'Absolute. Everyone who has it may download the file, unless FILE_ACCESS says otherwise.',
  }),
  created_at: time,
  size: Type.Integer({ description: 'Bytes' }),
  job_id: nullable(id),
  is_current: Type.Boolean({
    description: "Nothing in the book has changed since this export's data was read",
  }),
  expires_at: nullable(time),
  created_by: nullable(Type.String()),
  format: Type.Enum(FORMAT_NAMES),
  options: exportOptionsSchema,
}, { title: 'Export' })
export type ExportItem = Static<typeof exportSchema>
export type ExportOptions = ExportItem['options']

export const courseFormatSchema = Type.Object({
  name: Type.Enum(FORMAT_NAMES),
  description: Type.String({ description: 'What the file is' }),
  options: Type.Array(
    Type.Object({
      name: Type.String(),
      values: Type.Array(Type.Unsafe<string | boolean>({ type: ['string', 'boolean'] }), {
        description: 'That a person can choose',
      }),
      default: Type.Unsafe<string | boolean | null>({
        type: ['string', 'boolean', 'null'],
        description: 'Null: the option is not used',
      }),
    }),
    { description: 'Besides `period_id` and `include_dropped`' }
  ),
  reason: nullable(Type.Object({ code: Type.String(), message: Type.String() }, {
    description: 'Why the course cannot be exported in this format; null: it can',
  })),
}, { title: 'ExportFormat' })
export type CourseFormat = Static<typeof courseFormatSchema>

/** The response to a request for a job. */
export const ticketSchema = Type.Object({
  job: Type.String(),
  id,
  status: Type.String(),
  requested_at: time,
  joined: Type.Boolean(),
})
export type Ticket = Static<typeof ticketSchema>

const exportResultSchema = Type.Object({
  students: Type.Integer({ description: 'In the file' }),
  scores: Type.Integer({ description: 'In the file' }),
  receipts: Type.Array(
    Type.Object({
      code: Type.String(),
      message: Type.String(),
      count: Type.Integer(),
      students: Type.Integer({ description: 'How many students it concerns' }),
      tasks: Type.Integer({ description: 'How many tasks it concerns' }),
      titles: Type.Array(Type.String(), { description: 'Of the first 20 of these tasks' }),
    }),
    { description: 'What the format cannot express' }
  ),
  choices: Type.Optional(
    Type.Array(
      Type.Object({ field: Type.String(), choice: Type.String() }),
      { description: '`moodle`: what to choose on the second page of its import' }
    )
  ),
}, { description: 'Of an export that has succeeded' })
export type ExportResult = Static<typeof exportResultSchema>

export const jobSchema = Type.Object({
  id,
  kind: Type.String(),
  status: Type.Enum(['queued', 'started', 'succeeded', 'failed', 'canceled']),
  course_id: nullable(id),
  export_id: nullable(id),
  progress: Type.Number({ minimum: 0, maximum: 1 }),
  queue_position: Type.Integer({ description: 'Jobs that are ahead of this one' }),
  seconds_left: nullable(Type.Number({ description: 'An estimate' })),
  attempts: Type.Integer(),
  requested_by: nullable(Type.String()),
  created_at: time,
  started_at: nullable(time),
  finished_at: nullable(time),
  error: nullable(Type.Object({ code: Type.String(), message: Type.String() })),
  url: nullable(Type.String({ format: 'uri', description: 'The file, once the job has succeeded' })),
  result: nullable(Type.Union([exportResultSchema, fillInResultSchema])),
}, { title: 'Job' })
export type Job = Static<typeof jobSchema>

/** A job as administrators see it: with each of its runs. */
export const jobWithAttemptsSchema = Type.Object({
  ...jobSchema.properties,
  attempt_log: Type.Optional(Type.Array(
    Type.Object({
      attempt: Type.Integer(),
      started_at: time,
      finished_at: nullable(time),
      outcome: nullable(
        Type.Enum(['succeeded', 'failed', 'canceled', 'stopped', 'died'], {
          description: '`stopped`: the server shut down. `died`: the server process ended.',
        })
      ),
      error: nullable(Type.Object({ code: nullable(Type.String()), message: Type.String() })),
    }),
    { description: 'For administrators: all runs, oldest first' }
  )),
}, { title: 'Job' })
export type JobWithAttempts = Static<typeof jobWithAttemptsSchema>
export type Attempt = NonNullable<JobWithAttempts['attempt_log']>[number]
