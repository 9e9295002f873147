import { findUserById, updateUser, type UserRow } from '../../../db/accounts.queries.ts'
import type { Database } from '../../../db/database.ts'
import { endLinksOfUser, findLink, insertLink } from '../../../db/password-links.queries.ts'
import { endSessionsOfUser } from '../../../db/sessions.queries.ts'
import { hashPassword } from './passwords.ts'
import { isUsable } from './principals.ts'
import { hashOfSecret, newSecret } from './secrets.ts'
import type { Browser, NewSession, Sessions } from './sessions.ts'

/** One-time links by which somebody chooses a password: an invitation, or a reset. An administrator passes them on. */
export interface PasswordLinks {
  /** Makes a link; earlier ones of the user are void. The secret is seen this once. */
  create: (userId: number) => Promise<{ secret: string, expiresAt: number }>
  /** Whose link it is; undefined: there is none, or it was used, is too old, or its account is disabled. */
  find: (secret: string) => Promise<{ user: UserRow, expiresAt: number } | undefined>
  /** Sets the password, ends every session of the user and begins one. Undefined as in `find`; of two at once one gets it. */
  redeem: (secret: string, password: string, browser: Browser) => Promise<NewSession | undefined>
}

export interface PasswordLinksOptions {
  db: Database
  now: () => number
  sessions: Pick<Sessions, 'begin'>
  /** How long a link is good, ms. */
  validMs: number
}

export function createPasswordLinks ({ db, now, sessions, validMs }: PasswordLinksOptions): PasswordLinks {
  async function find (secret: string): ReturnType<PasswordLinks['find']> {
    const link = await findLink(db.reads, hashOfSecret(secret), now())
    const user = link === undefined ? undefined : await findUserById(db.reads, link.user_id)
    return link === undefined || user === undefined || !await isUsable(db.reads, user) ? undefined : { user, expiresAt: link.expires_at }
  }
  return {
    find,
    async create (userId) {
      const secret = newSecret()
      const at = now()
      await db.write(async (trx) => {
        await endLinksOfUser(trx, userId, at)
        await insertLink(trx, { user_id: userId, hash: hashOfSecret(secret), created_at: at, expires_at: at + validMs, ended_at: null })
      })
      return { secret, expiresAt: at + validMs }
    },
    async redeem (secret, password, browser) {
      if (await find(secret) === undefined) return undefined
      const passwordHash = await hashPassword(password)
      return await db.write(async (trx) => {
        const at = now()
        const link = await findLink(trx, hashOfSecret(secret), at)
        if (link === undefined) return undefined
        await endLinksOfUser(trx, link.user_id, at)
        await endSessionsOfUser(trx, link.user_id, at)
        return await sessions.begin(trx, await updateUser(trx, link.user_id, { password_hash: passwordHash }), browser)
      })
    },
  }
}

/** The one-time link to the page at `base`. */
export function invitationUrl (base: string, secret: string): string { return `${base}/#invitation=${secret}` }
