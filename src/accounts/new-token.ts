import { insertToken, type UserRow } from '../../db/queries/accounts.ts'
import type { Trx } from '../../db/index.ts'
import type { Row } from '../../db/tables.ts'
import { SCOPES_OF_ROLE, type Scope } from './access.ts'
import { invalid } from './account-fields.ts'
import { hashOfSecret, newSecret } from './secrets.ts'

export interface NewToken {
  name: string
  /** Undefined: all that the role may do. */
  scopes?: readonly Scope[] | undefined
  /** Ms since 1970; null: never. */
  expiresAt: number | null
}

export interface CreatedToken {
  /** The token itself, which is stored nowhere. */
  token: string
  row: Row<'tokens'>
}

/** Makes a token of a user, in the caller's write. Throws VALIDATION_FAILED for scopes beyond their role. */
export async function addToken (
  trx: Trx, user: UserRow, { name, scopes, expiresAt }: NewToken, field = 'scope'
): Promise<CreatedToken> {
  const tooMuch = scopes?.filter((scope) => !SCOPES_OF_ROLE[user.role].includes(scope)) ?? []
  if (tooMuch.length > 0) throw invalid(`${field}: a ${user.role} may not have ${tooMuch.join(', ')}`)
  const token = `pb_${newSecret()}`
  const row = await insertToken(trx, {
    user_id: user.id,
    name,
    hash: hashOfSecret(token),
    scopes: scopes === undefined ? null : JSON.stringify(scopes),
    created_at: await trx.now(),
    last_used_at: null,
    expires_at: expiresAt,
    revoked_at: null,
  })
  return { token, row }
}
