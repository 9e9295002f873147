import { emailKey, findUser, updateUser, type UserRow } from '../../db/queries/accounts.ts'
import type { Database, Trx } from '../../db/index.ts'
import * as queries from '../../db/queries/sessions.ts'
import { hasSignedInFrom, noteSignInNetwork } from '../../db/queries/sign-in-networks.ts'
import { hasCode } from '../errors.ts'
import type { Principal } from './access.ts'
import { mayEnter } from './account-state.ts'
import { networkOf } from './network.ts'
import type { PasswordQueue } from './password-queue.ts'
import { dummyHash, isOutdated } from './passwords.ts'
import { principalFrom } from './principals.ts'
import { hashOfSecret, newSecret } from './secrets.ts'
import type { SignInLimit } from './sign-in-limit.ts'

/** A session's last use is noted at most this often, ms. */
const NOTE_USE_EVERY_MS = 60_000
/** So much of a browser's name for itself is kept. */
const USER_AGENT_LENGTH = 200
/** Most networks that are kept for each user. */
const MOST_NETWORKS = 20

/** Where a session is begun. */
export interface Browser {
  address: string
  userAgent: string | undefined
  /** The secret of the session that the browser had until now; it ends. */
  previous: string | undefined
}

/** A session that was begun; the secret is what the cookie holds, and is kept nowhere else. */
export interface NewSession {
  principal: Principal
  secret: string
}

export interface Sessions {
  /**
   * Begins a session. `refused`: the e-mail or the password is wrong, or the account may not be used; an
   * e-mail that nobody has takes the same way as a wrong password. `waitMs`: too many failed before; try
   * again then. Throws OVERLOADED.
   */
  signIn: (
    credentials: { email: string, password: string },
    browser: Browser,
  ) => Promise<NewSession | { refused: true, userId: number | null } | { waitMs: number }>
  /** Begins a session for somebody who has just proved by other means who he is. */
  begin: (trx: Trx, user: UserRow, browser: Browser) => Promise<NewSession>
  /**
   * The user of a session; undefined: the session has ended or expired, or its user is disabled. With
   * `notesUse: false` this does not count as a use: the session still ends after its idle time.
   */
  authenticate: (secret: string, options?: { notesUse: boolean }) => Promise<Principal | undefined>
  /** Live sessions, newest first; of everybody where no user is named. */
  list: (userId?: number) => ReturnType<typeof queries.listSessions>
  find: (id: number) => Promise<queries.SessionRow | undefined>
  /** False: it had ended before. */
  end: (id: number) => Promise<boolean>
}

export interface SessionsOptions {
  db: Database
  now: () => number
  limit: SignInLimit
  passwords: Pick<PasswordQueue, 'verify' | 'renew'>
  /** A session ends when it was not used for so long, ms. */
  idleMs: number
  /** And so long after it was begun in any case, ms. */
  maxMs: number
  /** A network is unknown again when a user has not signed in from it for this long, ms. */
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
  const nobody = dummyHash()

  async function begin (
    trx: Trx,
    user: UserRow,
    { address, userAgent, previous }: Browser
  ): Promise<NewSession> {
    const at = now()
    const secret = newSecret()
    // The browser's old session ends with the new one: a secret that was planted before is worth nothing.
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
      const hash = user?.password_hash ?? nobody
      const network = networkOf(browser.address)
      // An e-mail without an account takes the same path: id 0 has never signed in anywhere.
      const isKnownThere = await hasSignedInFrom(db.reads, {
        userId: user?.id ?? 0,
        network,
        since: now() - knownMs,
      })
      const lane = isKnownThere ? 'first' : 'other'
      const attempt = { account: key, network, isKnownThere }
      const waitMs = limit.begin(attempt)
      if (waitMs > 0) return { waitMs }
      const isRight = await passwords.verify(password, hash, lane).catch((error: unknown) => {
        limit.succeeded(attempt)
        throw error
      })
      const isAllowed = await mayEnter(db.reads, user ?? { email_key: key })
      const refusal = { refused: true, userId: user?.id ?? null } as const
      if (user === undefined || !isRight || !isAllowed) return refusal
      limit.succeeded(attempt)
      const renewed = isOutdated(hash)
        ? await passwords.renew(password, lane).catch(laterIfTooMany)
        : undefined
      return await db.write(async (trx) => {
        // The hash took its time: the password may have been changed meanwhile, or the account disabled.
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
      if (notesUse && at - session.last_used_at > Math.min(NOTE_USE_EVERY_MS, idleMs / 10)) {
        void db.write((trx) => queries.noteSessionUse(trx, session.id, at)).catch(() => {})
      }
      return principalFrom(user, null, { kind: 'session', id: session.id })
    },
    list: (userId) =>
      queries.listSessions(db.reads, { userId, createdAfter: now() - maxMs, usedAfter: now() - idleMs }),
    find: (id) => queries.findSessionById(db.reads, id),
    end: (id) => db.write((trx) => queries.endSession(trx, id, now())),
  }
}

/** A hash that cannot be renewed now is renewed at the next sign-in. */
function laterIfTooMany (error: unknown): undefined {
  if (!hasCode(error, 'OVERLOADED')) throw error
}
