import Type, { type Static } from 'typebox'
import { NAMED_TYPES } from '../../audit/audit-names.ts'
import { id, nullable, time } from './common.ts'

export const auditEntrySchema = Type.Object({
  id,
  at: time,
  action: Type.String({ description: 'For example `session.begin`, `export.request`, `file.download`' }),
  outcome: Type.Enum(['done', 'refused']),
  user_id: nullable(id),
  email: nullable(Type.String({ description: "The user's current email address. Never a student's." })),
  via: Type.Enum(['session', 'token', 'link', 'nobody', 'command']),
  address: nullable(Type.String({ description: 'The network address. Null for the command line.' })),
  changes: nullable(Type.Record(Type.String(), Type.Unknown(), {
    description: 'What changed: by the name of each field, its value before and after. People are the ids ' +
      'of their accounts.',
  })),
  subject: nullable(Type.String({ description: 'What the action concerns, for example `course 3`' })),
  names: Type.Array(Type.Object({
    type: Type.Enum([...NAMED_TYPES]),
    id: Type.String({ description: 'As in `subject` or `changes`: `3`, or `1a2b3c…` of a file' }),
    name: Type.String(),
  }), { description: 'The names of what `subject` and `changes` name by number. Never a student\'s.' }),
  count: Type.Integer({
    minimum: 1,
    description: 'How many times it happened. Repeats within a minute are one entry.',
  }),
}, { title: 'AuditEntry' })
export type AuditEntry = Static<typeof auditEntrySchema>
