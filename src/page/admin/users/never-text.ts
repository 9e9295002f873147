import type { Account } from '../../../http/schemas/users.ts'

/**
 * What to show instead of the time of a last sign-in. Sign-ins of long ago were not recorded, so only without
 * a password it is sure that there was none.
 */
export function neverText ({ has_password: hasPassword }: Account): 'users.never' | 'users.noneRecorded' {
  return hasPassword ? 'users.noneRecorded' : 'users.never'
}
