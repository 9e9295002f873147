import { rosterTeacher, type UserRow } from '../../../db/accounts.queries.ts'
import type { Reads } from '../../../db/database.ts'
import { SCOPES_OF_ROLE, type Principal, type Scope } from './access.ts'

/** Whether the account may be used: neither disabled here nor, for a teacher, in the roster. */
export async function isUsable (db: Reads, user: Pick<UserRow, 'email_key' | 'disabled_at'>): Promise<boolean> {
  return user.disabled_at === null && (await rosterTeacher(db, user.email_key))?.is_enabled !== 0
}

/** The user as the rest of the service sees him. `scopes` null: all that the role may do; never more than that. */
export function principalFrom (user: UserRow, scopes: readonly Scope[] | null, credential: Principal['credential']): Principal {
  const allowed = SCOPES_OF_ROLE[user.role]
  return {
    userId: user.id,
    email: user.email,
    emailKey: user.email_key,
    firstName: user.first_name,
    lastName: user.last_name,
    role: user.role,
    scopes: new Set(scopes === null ? allowed : scopes.filter((scope) => allowed.includes(scope))),
    credential,
  }
}
