import type { Database, Trx } from '../../db/index.ts'
import { enableInRosters } from '../../db/queries/account-state.ts'
import * as queries from '../../db/queries/accounts.ts'
import { endSessionsOfUser } from '../../db/queries/sessions.ts'
import { DomainError } from '../errors.ts'
import { EMAIL_MAX, isNameTooLong, NAME_MAX, shorten } from '../short-text.ts'
import { SCOPES_OF_ROLE, type Principal, type Scope } from './access.ts'
import type { PasswordQueue } from './password-queue.ts'
import {
  accountState,
  accountStates,
  mayEnter,
  stateText,
  type AccountState,
  type UserState,
} from './account-state.ts'
import { knownUser, principalFrom } from './principals.ts'
import { hashOfSecret, newSecret } from './secrets.ts'

export type { UserRow } from '../../db/queries/accounts.ts'

/** A token's last use is recorded at most this often, ms. */
const RECORD_USE_EVERY_MS = 60_000

interface NewAccount {
  email: string
  role: Principal['role']
  firstName?: string | null
  lastName?: string | null
  password?: string | undefined
}

export interface Accounts {
  /**
   * The user of a bearer token. Undefined: the token is unknown, revoked or expired, or its user is disabled.
   * With `notesUse: false` this does not count as a use of the token.
   */
  authenticate: (token: string, options?: { notesUse: boolean }) => Promise<Principal | undefined>
  /** Gives an email address a role and a password. Throws USER_EXISTS and VALIDATION_FAILED. */
  add: (account: NewAccount) => Promise<queries.UserRow>
  /** Also ends all sessions of the user. Throws USER_NOT_FOUND and VALIDATION_FAILED. */
  setPassword: (email: string, password: string) => Promise<void>
  /** Also signs the user out everywhere. `before` is the state until now. Throws USER_NOT_FOUND. */
  disable: (userId: number) => Promise<UserState & { before: AccountState }>
  /** The same, and overrides rosters that disable the user, until the next import that disables them. */
  enable: (userId: number) => Promise<UserState & { before: AccountState }>
  /** Whether a user may sign in, and if not, why. */
  state: (user: queries.UserRow) => Promise<AccountState>
  /**
   * The user with this email address. A teacher who is known only from a roster gets an account without a
   * password.
   */
  known: (email: string) => Promise<queries.UserRow | undefined>
  find: (userId: number) => Promise<queries.UserRow | undefined>
  findByEmail: (email: string) => Promise<queries.UserRow | undefined>
  list: () => Promise<queries.UserRow[]>
  /** All users and their states. */
  listWithStates: () => Promise<UserState[]>
  /**
   * Makes a token for any account or roster teacher and returns it. It cannot be read again. Throws
   * USER_NOT_FOUND, USER_DISABLED and VALIDATION_FAILED.
   */
  createToken: (
    token: { email: string, name: string, scopes?: readonly Scope[] | undefined, expiresAt?: number | null },
  ) => Promise<string>
  listTokens: () => ReturnType<typeof queries.listTokens>
  revokeToken: (id: number) => Promise<boolean>
}

interface AccountsOptions {
  db: Database
  now: () => number
  passwords: Pick<PasswordQueue, 'choose'>
}

export function createAccounts ({ db, now, passwords }: AccountsOptions): Accounts {
  async function existing (email: string): Promise<queries.UserRow> {
    const user = await queries.findUser(db.reads, queries.emailKey(email))
    if (user === undefined) {
      throw new DomainError('USER_NOT_FOUND', { detail: `There is no account for ${email}.` })
    }
    return user
  }
  async function change (
    userId: number,
    changeOf: (trx: Trx, user: queries.UserRow) => Promise<{ disabled_at: number | null }>
  ): Promise<UserState & { before: AccountState }> {
    return await db.write(async (trx) => {
      await queries.lockUser(trx, userId)
      const known = await queries.findUserById(trx, userId)
      if (known === undefined) throw new DomainError('USER_NOT_FOUND')
      const before = await accountState(trx, known)
      const user = await queries.updateUser(trx, userId, await changeOf(trx, known))
      return { user, before, state: await accountState(trx, user) }
    })
  }
  return {
    async authenticate (token, { notesUse } = { notesUse: true }) {
      const found = await queries.findToken(db.reads, hashOfSecret(token))
      if (found === undefined) return undefined
      const { user, token: row } = found
      const at = now()
      if (row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= at)) return undefined
      if (!await mayEnter(db.reads, user)) return undefined
      if (notesUse && at - (row.last_used_at ?? 0) > RECORD_USE_EVERY_MS) {
        const use = { id: row.id, at, since: at - RECORD_USE_EVERY_MS }
        void db.write((trx) => queries.noteTokenUse(trx, use)).catch(() => {})
      }
      const scopes = row.scopes === null ? null : JSON.parse(row.scopes) as Scope[]
      return principalFrom(user, scopes, { kind: 'token', id: row.id })
    },
    async add ({ email, role, firstName = null, lastName = null, password }) {
      checkEmail(email)
      checkName('first_name', firstName)
      checkName('last_name', lastName)
      const key = queries.emailKey(email)
      const known = await queries.rosterTeacher(db.reads, key)
      const owner = {
        email,
        firstName: firstName ?? known?.first_name ?? null,
        lastName: lastName ?? known?.last_name ?? null,
      }
      const passwordHash = password === undefined ? null : await passwords.choose(password, owner)
      return await db.write(async (trx) => {
        await queries.lockEmail(trx, key)
        const user = await queries.findUser(trx, key)
        if (user?.origin === 'account') {
          throw new DomainError('USER_EXISTS', { detail: `${email} already has an account.` })
        }
        const roster = await queries.rosterTeacher(trx, key)
        const account = {
          role,
          first_name: firstName ?? roster?.first_name ?? null,
          last_name: lastName ?? roster?.last_name ?? null,
          password_hash: passwordHash,
          origin: 'account' as const,
          is_from_roster: user?.is_from_roster ?? (roster === undefined ? 0 : 1),
        }
        if (user !== undefined) return await queries.updateUser(trx, user.id, account)
        return await queries.insertUser(trx, {
          ...account,
          email: email.trim(),
          email_key: key,
          disabled_at: null,
          created_at: await trx.now(),
        })
      })
    },
    async setPassword (email, password) {
      const user = await existing(email)
      const owner = { email: user.email, firstName: user.first_name, lastName: user.last_name }
      const passwordHash = await passwords.choose(password, owner)
      await db.write(async (trx) => {
        await queries.lockUser(trx, user.id)
        await queries.updateUser(trx, user.id, { password_hash: passwordHash })
        await endSessionsOfUser(trx, user.id, await trx.now())
      })
    },
    disable: (userId) => change(userId, async (trx) => {
      const at = await trx.now()
      await endSessionsOfUser(trx, userId, at)
      return { disabled_at: at }
    }),
    enable: (userId) => change(userId, async (trx, user) => {
      await enableInRosters(trx, user)
      return { disabled_at: null }
    }),
    find: (userId) => queries.findUserById(db.reads, userId),
    findByEmail: (email) => queries.findUser(db.reads, queries.emailKey(email)),
    list: () => queries.listUsers(db.reads),
    listWithStates: async () => await accountStates(db.reads, await queries.listUsers(db.reads)),
    state: (user) => accountState(db.reads, user),
    known: (email) => db.write((trx) => knownUser(trx, queries.emailKey(email))),
    async createToken ({ email, name, scopes, expiresAt = null }) {
      checkName('name', name)
      const token = `pb_${newSecret()}`
      const key = queries.emailKey(email)
      await db.write(async (trx) => {
        const user = await knownUser(trx, key)
        if (user === undefined) {
          throw new DomainError('USER_NOT_FOUND', {
            detail: `There is no account for ${email}, and no teacher of a course has this email address.`,
          })
        }
        const state = await accountState(trx, user)
        if (!state.mayEnter) {
          throw new DomainError('USER_DISABLED', {
            detail: `The account of ${email} is ${stateText(state)}.`,
          })
        }
        const tooMuch = scopes?.filter((scope) => !SCOPES_OF_ROLE[user.role].includes(scope)) ?? []
        if (tooMuch.length > 0) {
          throw new DomainError('VALIDATION_FAILED', {
            detail: `scope: a ${user.role} may not have ${tooMuch.join(', ')}`,
          })
        }
        await queries.insertToken(trx, {
          user_id: user.id,
          name,
          hash: hashOfSecret(token),
          scopes: scopes === undefined ? null : JSON.stringify(scopes),
          created_at: await trx.now(),
          last_used_at: null,
          expires_at: expiresAt,
          revoked_at: null,
        })
      })
      return token
    },
    listTokens: () => queries.listTokens(db.reads),
    revokeToken: (id) => db.write(async (trx) => await queries.revokeToken(trx, id, await trx.now())),
  }
}

/** Characters that email addresses and names do not have, and that a terminal or a page may obey. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u

function checkEmail (email: string): void {
  if (email.length > EMAIL_MAX || !/^[^\s@]+@[^\s@]+$/.test(email.trim()) || UNPRINTABLE.test(email)) {
    throw invalid(`email: "${shorten(email)}" is not an email address`)
  }
}

function checkName (field: string, name: string | null): void {
  if (name === null) return
  if (isNameTooLong(name)) throw invalid(`${field}: has more than ${NAME_MAX} characters`)
  if (UNPRINTABLE.test(name)) throw invalid(`${field}: has control characters`)
}

function invalid (detail: string): DomainError {
  return new DomainError('VALIDATION_FAILED', { detail })
}
