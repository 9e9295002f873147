import Type, { type Static } from 'typebox'
import { id, nullable, time } from './common.ts'

export const auditEntrySchema = Type.Object({
  id,
  at: time,
  action: Type.String({ description: 'Such as `session.begin`, `export.request`, `file.download`' }),
  outcome: Type.Enum(['done', 'refused']),
  user_id: nullable(id),
  email: nullable(Type.String({ description: "Of the user as known today; never a student's" })),
  via: Type.Enum(['session', 'token', 'link', 'nobody', 'command']),
  address: nullable(Type.String({ description: 'The network address; null for the command line' })),
  subject: nullable(Type.String({ description: 'What it was about: `course 3`' })),
  count: Type.Integer({
    minimum: 1,
    description: 'How often it happened: repeats within a minute are one entry',
  }),
}, { title: 'AuditEntry' })
export type AuditEntry = Static<typeof auditEntrySchema>
