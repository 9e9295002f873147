import type { Database, Trx } from '../../db/index.ts'
import { enableInRosters } from '../../db/queries/account-state.ts'
import * as queries from '../../db/queries/accounts.ts'
import { endSessionsOfUser } from '../../db/queries/sessions.ts'
import { countAdministrators, lockAdministrators } from '../../db/queries/setup.ts'
import { DomainError } from '../errors.ts'
import type { Principal, Scope } from './access.ts'
import { checkEmail, checkName } from './account-fields.ts'
import { addAccount } from './add-account.ts'
import { addToken } from './new-token.ts'
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
import { hashOfSecret } from './secrets.ts'

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
  /**
   * Also signs the user out everywhere. `before` is the state until now. Throws USER_NOT_FOUND, and with
   * `keepsAdministrator` LAST_ADMINISTRATOR if no other administrator may sign in.
   */
  disable: (
    userId: number, options?: { keepsAdministrator: boolean }
  ) => Promise<UserState & { before: AccountState }>
  /** The same, and overrides rosters that disable the user, until the next import that disables them. */
  enable: (userId: number) => Promise<UserState & { before: AccountState }>
  /**
   * Gives a user another role, which counts from their next request on. `before` is the role until now.
   * Throws USER_NOT_FOUND, and LAST_ADMINISTRATOR if no other administrator may sign in.
   */
  setRole: (userId: number, role: Principal['role']) => Promise<UserState & { before: Principal['role'] }>
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
  /** Called when a user has become an administrator. */
  onAdministrator?: () => void
}

export function createAccounts (
  { db, now, passwords, onAdministrator = () => {} }: AccountsOptions
): Accounts {
  async function existing (email: string): Promise<queries.UserRow> {
    const user = await queries.findUser(db.reads, queries.emailKey(email))
    if (user === undefined) {
      throw new DomainError('USER_NOT_FOUND', { detail: `There is no account for ${email}.` })
    }
    return user
  }
  async function change (
    userId: number,
    changeOf: (trx: Trx, user: queries.UserRow) => Promise<{ disabled_at: number | null }>,
    { keepsAdministrator }: { keepsAdministrator: boolean } = { keepsAdministrator: false }
  ): Promise<UserState & { before: AccountState }> {
    return await db.write(async (trx) => {
      if (keepsAdministrator) await lockAdministrators(trx)
      await queries.lockUser(trx, userId)
      const known = await queries.findUserById(trx, userId)
      if (known === undefined) throw new DomainError('USER_NOT_FOUND')
      const before = await accountState(trx, known)
      const user = await queries.updateUser(trx, userId, await changeOf(trx, known))
      if (keepsAdministrator) await requireAdministrator(trx, known)
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
      const added = await db.write(async (trx) => {
        if (role === 'admin') await lockAdministrators(trx)
        return await addAccount(trx, { email, key, role, firstName, lastName, passwordHash })
      })
      if (role === 'admin') onAdministrator()
      return added
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
    disable: (userId, options) => change(userId, async (trx) => {
      const at = await trx.now()
      await endSessionsOfUser(trx, userId, at)
      return { disabled_at: at }
    }, options),
    enable: (userId) => change(userId, async (trx, user) => {
      await enableInRosters(trx, user)
      return { disabled_at: null }
    }),
    async setRole (userId, role) {
      const changed = await db.write(async (trx) => {
        await lockAdministrators(trx)
        await queries.lockUser(trx, userId)
        const known = await queries.findUserById(trx, userId)
        if (known === undefined) throw new DomainError('USER_NOT_FOUND')
        const isKnown = known.role === role && known.origin === 'account'
        const user = isKnown
          ? known
          : await queries.updateUser(trx, userId, { role, origin: 'account' })
        await requireAdministrator(trx, known)
        return { user, state: await accountState(trx, user), before: known.role }
      })
      if (role === 'admin') onAdministrator()
      return changed
    },
    find: (userId) => queries.findUserById(db.reads, userId),
    findByEmail: (email) => queries.findUser(db.reads, queries.emailKey(email)),
    list: () => queries.listUsers(db.reads),
    listWithStates: async () => await accountStates(db.reads, await queries.listUsers(db.reads)),
    state: (user) => accountState(db.reads, user),
    known: (email) => db.write((trx) => knownUser(trx, queries.emailKey(email))),
    async createToken ({ email, name, scopes, expiresAt = null }) {
      checkName('name', name)
      const key = queries.emailKey(email)
      return await db.write(async (trx) => {
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
        return (await addToken(trx, user, { name, scopes, expiresAt })).token
      })
    },
    listTokens: () => queries.listTokens(db.reads),
    revokeToken: (id) => db.write(async (trx) => await queries.revokeToken(trx, id, await trx.now())),
  }
}

/** Throws LAST_ADMINISTRATOR if a change of this administrator leaves none who may sign in. */
async function requireAdministrator (trx: Trx, { role }: queries.UserRow): Promise<void> {
  if (role === 'admin' && await countAdministrators(trx, { mayEnter: true }) === 0) {
    throw new DomainError('LAST_ADMINISTRATOR')
  }
}
