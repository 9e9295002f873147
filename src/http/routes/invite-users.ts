// Inviting people: one, or many at once.
import type { FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import type { Accounts, UserRow } from '../../accounts/accounts.ts'
import type { LinkMail, MailOutcome } from '../../accounts/link-mail.ts'
import type { PasswordLinks } from '../../accounts/password-links.ts'
import { DomainError, isHttpCode } from '../../errors.ts'
import { isoTime } from '../../iso-time.ts'
import { errorBody } from '../errors.ts'
import type { Links } from '../links.ts'
import { errorSchema, nullable } from '../schemas/common.ts'
import { accountSchema, oneTimeLinkSchema } from '../schemas/users.ts'
import { userJson } from '../user-json.ts'

/** The most people in one request. */
const PEOPLE_MAX = 500
const name = nullable(Type.String({ maxLength: 200 }))

const personSchema = Type.Object({
  email: Type.String({ maxLength: 254, description: 'An email address' }),
  role: Type.Enum(['admin', 'teacher', 'student']),
  first_name: Type.Optional(name),
  last_name: Type.Optional(name),
}, { additionalProperties: false })
type Person = Static<typeof personSchema>

/** One person, or a list. Both types in one schema, so that an error names the field. */
export const invitedPeopleSchema = Type.Unsafe<Person | Person[]>({
  ...personSchema,
  type: ['object', 'array'],
  items: personSchema,
  minItems: 1,
  maxItems: PEOPLE_MAX,
})

const invitedSchema = Type.Object({ user: accountSchema, invitation: oneTimeLinkSchema })

/** The answer for one person of a list. */
const invitedOfManySchema = Type.Object({
  email: Type.String({ description: 'As in the request' }),
  user: nullable(accountSchema),
  invitation: nullable(oneTimeLinkSchema),
  error: nullable(Type.Object(errorSchema.properties, { description: 'Why this person was not invited' })),
})

/** The answers for a list. */
export const invitedManySchema = Type.Array(invitedOfManySchema)

/** The answer for one person, or those for a list. */
export const invitedAnySchema = Type.Unsafe<Static<typeof invitedSchema> | Static<typeof invitedManySchema>>({
  ...invitedSchema,
  type: ['object', 'array'],
  items: invitedOfManySchema,
})

interface Entry { subject: string }

interface InviteOptions {
  accounts: Pick<Accounts, 'add' | 'state'>
  /** Undefined: no mail server is set up. */
  linkMail: LinkMail | undefined
  links: Links
  passwordLinks: Pick<PasswordLinks, 'create'>
}

export function createInvite ({ accounts, linkMail, links, passwordLinks }: InviteOptions) {
  /** Makes a link and mails it. `before`: what became of the mail before this one of the same request. */
  async function linkFor (request: FastifyRequest, user: UserRow, before?: MailOutcome) {
    const { secret, expiresAt } = await passwordLinks.create(user.id)
    const url = links.invitation(request, secret)
    const kind = user.password_hash === null ? 'invitation' : 'reset'
    const isDown = before?.sent === false && before.isDown
    const outcome = isDown ? before : await linkMail?.send({ to: user.email, kind, url, expiresAt })
    const mail = outcome === undefined
      ? {}
      : { mail: { sent: outcome.sent, reason: outcome.sent ? null : outcome.reason } }
    return { outcome, json: { url, expires_at: isoTime(expiresAt), ...mail } }
  }

  /** `entries` collects the entries of the audit log, also if the link fails. */
  async function invite (
    request: FastifyRequest,
    { email, role, first_name: firstName = null, last_name: lastName = null }: Person,
    { entries, before }: { entries: Entry[], before?: MailOutcome | undefined }
  ) {
    const user = await accounts.add({ email, role, firstName, lastName })
    entries.push({ subject: `user ${user.id}, ${role}` })
    request.audited = { entries, outcome: 'done' }
    const json = userJson(user, await accounts.state(user))
    const { outcome, json: invitation } = await linkFor(request, user, before)
    return { outcome, json: { user: json, invitation } }
  }

  return {
    linkFor,
    inviteOne: async (request: FastifyRequest, person: Person) =>
      (await invite(request, person, { entries: [] })).json,
    /** One after the other: of two rows with one email address, the first one is invited. */
    async inviteAll (request: FastifyRequest, people: readonly Person[]) {
      const answers: Array<Static<typeof invitedOfManySchema>> = []
      const entries: Entry[] = []
      request.audited = { entries }
      let before: MailOutcome | undefined
      for (const person of people) {
        const { email } = person
        try {
          const { outcome, json } = await invite(request, person, { entries, before })
          before = outcome
          answers.push({ email, ...json, error: null })
        } catch (error) {
          if (!(error instanceof DomainError) || !isHttpCode(error.code)) throw error
          answers.push({ email, user: null, invitation: null, error: errorBody(error.code, error.message) })
        }
      }
      return answers
    },
  }
}
