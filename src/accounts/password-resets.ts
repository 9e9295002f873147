// "Forgot password?": mails a one-time link to a user who has a password. Everything happens after the
// response, so the response and its time say nothing about the email address.
import { emailKey, findUser } from '../../db/queries/accounts.ts'
import type { Database } from '../../db/index.ts'
import type { Log } from '../log.ts'
import type { Bucket, SharedState } from '../nodes/shared-state.ts'
import { mayEnter } from './account-state.ts'
import type { LinkMail } from './link-mail.ts'
import { invitationUrl, type PasswordLinks } from './password-links.ts'
import { createTurns } from './turns.ts'

/** Emails to one address: three, then one each 20 minutes. Anyone may ask for them. */
const ADDRESS: Omit<Bucket, 'key'> = { kind: 'password resets of an address', room: 3, drainMs: 1_200_000 }
/** Mails that are sent at once, and requests that wait; beyond that they are dropped. */
const AT_ONCE = 4
const WAITING = 500

export interface PasswordResets {
  /** Whether this service can mail a link: it has a mail server and knows its own address. */
  isPossible: boolean
  /** Takes a request. It never fails, and takes the same time for every email address. */
  request: (request: { email: string, address: string }) => void
}

export interface PasswordResetsOptions {
  db: Pick<Database, 'reads'>
  /** Notes each request. `userId`: of the account; undefined: there is none. */
  onRequest: (request: { userId: number | undefined, address: string, isSent: boolean }) => void
  log: Pick<Log, 'warn'>
  shared: Pick<SharedState, 'fill'>
  passwordLinks: Pick<PasswordLinks, 'create'>
  linkMail: LinkMail | undefined
  /** Without it, a link would begin with the address that the request names, which anyone can make up. */
  publicUrl: string
}

export function createPasswordResets ({
  db, log, shared, passwordLinks, linkMail, publicUrl, onRequest,
}: PasswordResetsOptions): PasswordResets {
  const turns = createTurns({ atOnce: AT_ONCE, waiting: WAITING })
  const mail = publicUrl === '' ? undefined : linkMail

  async function send ({ email, address }: { email: string, address: string }): Promise<void> {
    const key = emailKey(email)
    const user = await findUser(db.reads, key)
    const isSent = mail !== undefined && user !== undefined && user.password_hash !== null &&
      await mayEnter(db.reads, user) && await shared.fill([{ ...ADDRESS, key }]) === 0
    onRequest({ userId: user?.id, address, isSent })
    if (!isSent) return
    const { secret, expiresAt } = await passwordLinks.create(user.id)
    await mail.send({ to: user.email, kind: 'forgotten', url: invitationUrl(publicUrl, secret), expiresAt })
  }

  return {
    isPossible: mail !== undefined,
    request (request) {
      turns.take(() => send(request)).catch((error: unknown) => {
        log.warn({ err: error }, 'a request for a new password was dropped')
      })
    },
  }
}
