import { findUserById, lockUser, updateUser, type UserRow } from '../../db/queries/accounts.ts'
import type { Database } from '../../db/index.ts'
import { endLinksOfUser, findLink, insertLink } from '../../db/queries/password-links.ts'
import { endSessionsOfUser } from '../../db/queries/sessions.ts'
import type { SharedState } from '../nodes/shared-state.ts'
import { mayEnter } from './account-state.ts'
import type { PasswordQueue } from './password-queue.ts'
import { hashOfSecret, newSecret } from './secrets.ts'
import type { Browser, NewSession, Sessions } from './sessions.ts'

/**
 * The longest that a request uses a link, ms: a hash may wait for many others. A link whose process died is
 * usable again after that.
 */
const CLAIM_MS = 60_000

/** One-time links to choose a password: an invitation, or a reset. An administrator passes them on. */
export interface PasswordLinks {
  /** Makes a link; the user's earlier links become invalid. The secret cannot be read again. */
  create: (userId: number) => Promise<{ secret: string, expiresAt: number }>
  /** The user of a link. Undefined: it is unknown, used or expired, or the account is disabled. */
  find: (secret: string) => Promise<{ user: UserRow, expiresAt: number } | undefined>
  /**
   * Sets the password, ends every session of the user and begins one. Undefined as in `find`, and while
   * another request is using the link. Throws VALIDATION_FAILED and OVERLOADED: the link stays valid.
   */
  redeem: (secret: string, password: string, browser: Browser) => Promise<NewSession | undefined>
}

interface PasswordLinksOptions {
  db: Database
  now: () => number
  sessions: Pick<Sessions, 'begin'>
  passwords: Pick<PasswordQueue, 'choose'>
  shared: Pick<SharedState, 'claim'>
  /** How long a link is valid, ms. */
  validMs: number
}

export function createPasswordLinks ({
  db,
  now,
  sessions,
  passwords,
  shared,
  validMs,
}: PasswordLinksOptions): PasswordLinks {
  async function findByHash (hash: string): ReturnType<PasswordLinks['find']> {
    const link = await findLink(db.reads, hash, now())
    const user = link === undefined ? undefined : await findUserById(db.reads, link.user_id)
    if (link === undefined || user === undefined || !await mayEnter(db.reads, user)) return undefined
    return { user, expiresAt: link.expires_at }
  }
  return {
    find: (secret) => findByHash(hashOfSecret(secret)),
    async create (userId) {
      const secret = newSecret()
      return await db.write(async (trx) => {
        await lockUser(trx, userId)
        const at = await trx.now()
        await endLinksOfUser(trx, userId, at)
        await insertLink(trx, {
          user_id: userId,
          hash: hashOfSecret(secret),
          created_at: at,
          expires_at: at + validMs,
          ended_at: null,
        })
        return { secret, expiresAt: at + validMs }
      })
    },
    async redeem (secret, password, browser) {
      const hash = hashOfSecret(secret)
      // One request at a time: many with one link must not fill the queue of hashes. The transaction below
      // decides which request gets it.
      const claim = await shared.claim({ kind: 'one-time link', key: hash }, CLAIM_MS)
      if (claim === undefined) return undefined
      try {
        return await set(hash, password, browser)
      } finally {
        await claim.release()
      }
    },
  }

  async function set (hash: string, password: string, browser: Browser): Promise<NewSession | undefined> {
    const user = (await findByHash(hash))?.user
    if (user === undefined) return undefined
    const owner = { email: user.email, firstName: user.first_name, lastName: user.last_name }
    // A link proves as much as a password, so its user does not wait behind guesses.
    const passwordHash = await passwords.choose(password, owner, 'first')
    return await db.write(async (trx) => {
      await lockUser(trx, user.id)
      const at = await trx.now()
      const link = await findLink(trx, hash, at)
      // Hashing takes a while: the account may have been disabled in the meantime.
      const current = link === undefined ? undefined : await findUserById(trx, link.user_id)
      if (link === undefined || current === undefined || !await mayEnter(trx, current)) return undefined
      await endLinksOfUser(trx, link.user_id, at)
      await endSessionsOfUser(trx, link.user_id, at)
      return await sessions.begin(
        trx,
        await updateUser(trx, link.user_id, { password_hash: passwordHash }),
        browser
      )
    })
  }
}

/** The one-time link to the page at `base`. */
export function invitationUrl (base: string, secret: string): string {
  return `${base}/#invitation=${secret}`
}
