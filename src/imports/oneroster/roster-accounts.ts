import { emailKey } from '../../../db/queries/accounts.ts'
import type { ImportRun } from '../import-run.ts'
import type { UserBody } from './roster-files.ts'

/**
 * Plans which accounts an administrator's roster disables and which it enables again, by what it says of its
 * users now. An account that one user of a roster disables stays disabled when another user with the same
 * email is enabled.
 */
export function planAccounts ({ staging: { live, plan, records } }: ImportRun): void {
  const accounts = new Map(live.accounts().map((account) => {
    return [account.email_key, { ...account, by: account.roster_disabled_by }]
  }))
  if (accounts.size === 0) return
  for (const { source_id: sourceId, body, file, is_deleted: isDeleted } of records.ofKind('user')) {
    const [isEnabled, , , , email] = JSON.parse(body) as UserBody
    const account = file < 0 || isDeleted === 1 || email === null ? undefined : accounts.get(emailKey(email))
    if (account === undefined) continue
    if (isEnabled === 0) account.by ??= sourceId
    else if (account.by === sourceId) account.by = null
  }
  for (const { id, by, roster_disabled_by: before } of accounts.values()) {
    if (by !== before) plan.account({ user_id: id, disabled_by: by })
  }
}
