import { userFacts, type AccountState } from '../accounts/account-state.ts'
import type { UserRow } from '../accounts/accounts.ts'
import { isoTime } from '../iso-time.ts'

/** An account as administrators see it in the API. */
export function userJson (user: UserRow, state: AccountState) {
  return {
    ...userFacts({ user, state }),
    disabled_by: state.byAdministrator ? 'administrator' as const : state.byRoster ? 'roster' as const : null,
    disabled_in: state.courses,
    created_at: isoTime(user.created_at),
    last_sign_in_at: isoTime(user.last_sign_in_at),
  }
}
