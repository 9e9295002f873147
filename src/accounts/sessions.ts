import { emailKey, findUser, lockUser, updateUser, type UserRow } from '../../db/queries/accounts.ts'
import type { Database, Trx } from '../../db/index.ts'
import * as queries from '../../db/queries/sessions.ts'
import { noteSignInNetwork } from '../../db/queries/sign-in-networks.ts'
import { hasCode } from '../errors.ts'
import type { Principal } from './access.ts'
import { mayEnter } from './account-state.ts'
import { checkPassword } from './check-password.ts'
import { networkOf } from './network.ts'
import type { PasswordQueue } from './password-queue.ts'
import { principalFrom } from './principals.ts'
import { hashOfSecret, newSecret } from './secrets.ts'
import type { SignInLimit } from './sign-in-limit.ts'

/** A session's last use is recorded at most this often, ms. */
const RECORD_USE_EVERY_MS = 60_000
/** Characters of a browser's name for itself that are stored. */
const USER_AGENT_LENGTH = 200
/** The most networks that are stored for each user. */
const MOST_NETWORKS = 20

/** Where a session begins. */
export interface Browser {
  address: string
  userAgent: string | undefined
  /** The secret of the browser's session until now, which ends. */
  previous: string | undefined
}

/** A session that has just begun. The secret goes into the cookie and is stored nowhere else. */
export interface NewSession {
  principal: Principal
  secret: string
}

export interface Sessions {
  /**
   * Begins a session. `refused`: the email address or the password is wrong, or the account is disabled. An
   * unknown email address takes the same path as a wrong password. `waitMs`: too many attempts failed; when
   * to try again. Throws OVERLOADED.
   */
  signIn: (
    credentials: { email: string, password: string },
    browser: Browser,
  ) => Promise<NewSession | { refused: true, userId: number | null } | { waitMs: number }>
  /**
   * Begins a session for a user who has just proved their identity by other means, under `lockUser`.
   */
  begin: (trx: Trx, user: UserRow, browser: Browser) => Promise<NewSession>
  /**
   * The user of a session. Undefined: the session has ended or expired, or its user is disabled. With
   * `notesUse: false` this does not count as a use: the session still ends after its idle time.
   */
  authenticate: (secret: string, options?: { notesUse: boolean }) => Promise<Principal | undefined>
  /** Live sessions, newest first: of one user, or of all. */
  list: (userId?: number) => ReturnType<typeof queries.listSessions>
  find: (id: number) => Promise<queries.SessionRow | undefined>
  /** False: it had already ended. */
  end: (id: number) => Promise<boolean>
}

interface SessionsOptions {
  db: Database
  now: () => number
  limit: SignInLimit
  passwords: Omit<PasswordQueue, 'choose'>
  /** A session ends if it is not used for this long, ms. */
  idleMs: number
  /** A session ends this long after it began in any case, ms. */
  maxMs: number
  /** A network is no longer known if the user has not signed in from it for this long, ms. */
  knownMs: number
}

export function createSessions ({
  db,
  now,
  limit,
  passwords,
  idleMs,
  maxMs,
  knownMs,
}: SessionsOptions): Sessions {
  async function begin (
    trx: Trx,
    user: UserRow,
    { address, userAgent, previous }: Browser
  ): Promise<NewSession> {
    const at = await trx.now()
    const secret = newSecret()
    // The browser's old session ends: an attacker may have planted it.
    if (previous !== undefined) await queries.endSessionByHash(trx, hashOfSecret(previous), at)
    const session = await queries.insertSession(trx, {
      user_id: user.id,
      hash: hashOfSecret(secret),
      address,
      user_agent: userAgent?.slice(0, USER_AGENT_LENGTH) ?? null,
      created_at: at,
      last_used_at: at,
      ended_at: null,
    })
    await updateUser(trx, user.id, { last_sign_in_at: at })
    await noteSignInNetwork(trx, {
      userId: user.id,
      network: networkOf(address),
      at,
      most: MOST_NETWORKS,
    })
    return { principal: principalFrom(user, null, { kind: 'session', id: session.id }), secret }
  }

  return {
    begin,
    async signIn ({ email, password }, browser) {
      const key = emailKey(email)
      const user = await findUser(db.reads, key)
      const hash = user?.password_hash ?? passwords.hashOfNoOne
      const checked = await checkPassword(
        { db, now, limit, passwords, knownMs },
        { key, user, password, hash, address: browser.address }
      )
      if ('waitMs' in checked) return checked
      const { isRight, lane, accept } = checked
      const isAllowed = await mayEnter(db.reads, user ?? { email_key: key })
      const refusal = { refused: true, userId: user?.id ?? null } as const
      if (user === undefined || !isRight || !isAllowed) return refusal
      await accept()
      const renewed = passwords.isOutdated(hash)
        ? await passwords.renew(password, lane).catch(skipIfOverloaded)
        : undefined
      return await db.write(async (trx) => {
        await lockUser(trx, user.id)
        // Hashing took a while: the password may have been changed in the meantime, or the account disabled.
        const current = await findUser(trx, key)
        if (current === undefined || current.password_hash !== hash) return refusal
        if (!await mayEnter(trx, current)) return refusal
        if (renewed !== undefined) await updateUser(trx, user.id, { password_hash: renewed })
        return await begin(trx, current, browser)
      })
    },
    async authenticate (secret, { notesUse } = { notesUse: true }) {
      const found = await queries.findSession(db.reads, hashOfSecret(secret))
      if (found === undefined) return undefined
      const { user, session } = found
      const at = now()
      if (
        session.ended_at !== null || session.last_used_at + idleMs <= at || session.created_at + maxMs <= at
      ) return undefined
      if (!await mayEnter(db.reads, user)) return undefined
      const since = at - Math.min(RECORD_USE_EVERY_MS, idleMs / 10)
      if (notesUse && session.last_used_at < since) {
        void db.write((trx) => queries.noteSessionUse(trx, { id: session.id, at, since })).catch(() => {})
      }
      return principalFrom(user, null, { kind: 'session', id: session.id })
    },
    list: (userId) =>
      queries.listSessions(db.reads, { userId, createdAfter: now() - maxMs, usedAfter: now() - idleMs }),
    find: (id) => queries.findSessionById(db.reads, id),
    end: (id) => db.write(async (trx) => await queries.endSession(trx, id, await trx.now())),
  }
}

/** A hash that cannot be renewed now is renewed at the next sign-in. */
function skipIfOverloaded (error: unknown): undefined {
  if (!hasCode(error, 'OVERLOADED')) throw error
}
