// Accounts, sessions and one-time links, as the API shows them.
import Type, { type Static } from 'typebox'
import { SCOPES } from '../../accounts/access.ts'
import { id, nullable, time } from './common.ts'

const person = {
  email: Type.String(),
  first_name: nullable(Type.String()),
  last_name: nullable(Type.String()),
}
const role = Type.Enum(['admin', 'teacher', 'student'])

/** The user who is signed in. */
export const principalSchema = Type.Object({ id, ...person, role }, { title: 'User' })
export type User = Static<typeof principalSchema>

/** An account, as administrators see it. */
export const accountSchema = Type.Object({
  id,
  ...person,
  role,
  is_disabled: Type.Boolean({ description: 'The account cannot be used' }),
  disabled_by: nullable(Type.Enum(['administrator', 'roster'])),
  disabled_reason: nullable(Type.String({
    description: 'A text for people: `disabled by the roster of the course "Physics"`',
  })),
  disabled_in: Type.Array(Type.Object({ id, name: Type.String() }), {
    description: 'Courses whose roster disables the account. Empty if the user has left all courses.',
  }),
  is_roster_only: Type.Boolean({ description: 'Known only from a roster. It has no role yet.' }),
  has_password: Type.Boolean(),
  created_at: time,
  last_sign_in_at: nullable(time),
}, { title: 'Account' })
export type Account = Static<typeof accountSchema>

export const oneTimeLinkSchema = Type.Object({
  url: Type.String({
    format: 'uri',
    description: 'Shown once, and for this user only: everyone who has it can choose the password',
  }),
  expires_at: time,
  mail: Type.Optional(Type.Object({
    sent: Type.Boolean(),
    reason: nullable(Type.String({ description: 'Why it was not sent, as the mail server says' })),
  }, {
    description: 'If a mail server is set up: whether the link was sent. The link is valid either way.',
  })),
})
export type OneTimeLink = Static<typeof oneTimeLinkSchema>

/** The user of a one-time link, before a password is chosen. */
export const invitationSchema = Type.Object({
  ...person,
  has_password: Type.Boolean({ description: 'True for a reset, false for an invitation' }),
  expires_at: time,
})
export type Invitation = Static<typeof invitationSchema>

/** An API token, as its user sees it. */
export const tokenSchema = Type.Object({
  id,
  name: Type.String(),
  scopes: Type.Array(Type.Enum(SCOPES), { description: 'What it may do, within the role of the user' }),
  created_at: time,
  last_used_at: nullable(time),
  expires_at: nullable({ ...time, description: 'Null: never' }),
}, { title: 'Token' })
export type Token = Static<typeof tokenSchema>

export const newTokenSchema = Type.Object({
  ...tokenSchema.properties,
  token: Type.String({ description: 'Shown once' }),
})
export type NewToken = Static<typeof newTokenSchema>

/** The ways to sign in. */
export const signInOptionsSchema = Type.Object({
  password: Type.Boolean(),
  single_sign_on: nullable(Type.Object({
    name: Type.String({ description: 'The name of the provider' }),
    url: Type.String({ description: 'The path where a browser starts' }),
  })),
  password_reset: Type.Boolean({ description: 'Whether a user who forgot their password gets an email' }),
  user: nullable(Type.Object({
    ...principalSchema.properties,
    has_password: Type.Boolean({ description: 'False: they sign in by single sign-on only' }),
  }, {
    description: 'The user whose session the cookie belongs to; null: signed out',
  })),
  needs_setup: Type.Optional(Type.Boolean({
    description: 'True: there is no administrator yet; the setup link makes the first. Otherwise left out.',
  })),
})
export type SignInOptions = Static<typeof signInOptionsSchema>

export const sessionSchema = Type.Object({
  id,
  user_id: id,
  email: Type.String(),
  address: nullable(Type.String({ description: 'The network address where the session began' })),
  user_agent: nullable(Type.String()),
  created_at: time,
  last_used_at: time,
  is_current: Type.Boolean({ description: 'True for the session of this request' }),
}, { title: 'Session' })
export type Session = Static<typeof sessionSchema>
