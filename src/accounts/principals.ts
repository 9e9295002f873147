import { findUser, insertUser, lockEmail, rosterTeacher, type UserRow } from '../../db/queries/accounts.ts'
import type { Trx } from '../../db/index.ts'
import { SCOPES_OF_ROLE, type Principal, type Scope } from './access.ts'

/**
 * The user with an email key. A teacher who is known only from a roster gets a row in `users`. Undefined: the
 * email address is unknown.
 */
export async function knownUser (trx: Trx, key: string): Promise<UserRow | undefined> {
  const user = await findUser(trx, key)
  if (user !== undefined) return user
  const roster = await rosterTeacher(trx, key)
  if (roster === undefined) return undefined
  await lockEmail(trx, key)
  return await findUser(trx, key) ?? await insertUser(trx, {
    email: roster.email ?? key,
    email_key: key,
    role: 'teacher',
    first_name: roster.first_name,
    last_name: roster.last_name,
    password_hash: null,
    origin: 'roster',
    is_from_roster: 1,
    disabled_at: null,
    created_at: await trx.now(),
  })
}

/**
 * The user as the rest of the service sees them. Their scopes are those of their role, limited to `scopes` if
 * it is not null.
 */
export function principalFrom (
  user: UserRow,
  scopes: readonly Scope[] | null,
  credential: Principal['credential']
): Principal {
  const allowed = SCOPES_OF_ROLE[user.role]
  return {
    userId: user.id,
    email: user.email,
    emailKey: user.email_key,
    firstName: user.first_name,
    lastName: user.last_name,
    role: user.role,
    hasPassword: user.password_hash !== null,
    scopes: new Set(scopes === null ? allowed : scopes.filter((scope) => allowed.includes(scope))),
    credential,
  }
}
