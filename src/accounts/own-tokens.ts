// API tokens as their own user manages them on the page.
import {
  findUserById, lockUser, revokeToken, tokensOfUser, type UserRow,
} from '../../db/queries/accounts.ts'
import type { Database } from '../../db/index.ts'
import type { Row } from '../../db/tables.ts'
import { mayEnter } from './account-state.ts'
import { checkName, invalid } from './account-fields.ts'
import { addToken, type CreatedToken, type NewToken } from './new-token.ts'

/** The most tokens of one user that are not revoked. */
const TOKENS_MAX = 100

export type TokenRow = Row<'tokens'>

export interface OwnTokens {
  /** Those that are not revoked, newest first; expired ones too. */
  list: (userId: number) => Promise<TokenRow[]>
  /** Undefined: the account was disabled in the meantime. Throws VALIDATION_FAILED. */
  create: (userId: number, token: NewToken) => Promise<CreatedToken | undefined>
  /** False: the user has no such token, or it was already revoked. */
  revoke: (userId: number, id: number) => Promise<boolean>
}

export function createOwnTokens ({ db, now }: { db: Database, now: () => number }): OwnTokens {
  return {
    list: (userId) => tokensOfUser(db.reads, userId),
    async create (userId, { name: given, scopes, expiresAt }) {
      const name = given.trim()
      if (name === '') throw invalid('name: is empty')
      checkName('name', name)
      if (expiresAt !== null && expiresAt <= now()) throw invalid('expires_at: is in the past')
      return await db.write(async (trx) => {
        await lockUser(trx, userId)
        const user: UserRow | undefined = await findUserById(trx, userId)
        if (user === undefined || !await mayEnter(trx, user)) return undefined
        if ((await tokensOfUser(trx, userId)).length >= TOKENS_MAX) {
          throw invalid(`name: you have ${TOKENS_MAX} tokens; revoke one that you no longer need first`)
        }
        return await addToken(trx, user, { name, scopes, expiresAt }, 'scopes')
      })
    },
    revoke: (userId, id) => db.write(async (trx) => {
      const isTheirs = (await tokensOfUser(trx, userId)).some((token) => token.id === id)
      return isTheirs && await revokeToken(trx, id, await trx.now())
    }),
  }
}
