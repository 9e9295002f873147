import {
  findUser, insertUser, lockEmail, rosterTeacher, updateUser, type UserRow,
} from '../../db/queries/accounts.ts'
import type { Trx } from '../../db/index.ts'
import { DomainError } from '../errors.ts'
import type { Principal } from './access.ts'

interface AddedAccount {
  email: string
  /** The email address as `emailKey` returns it. */
  key: string
  role: Principal['role']
  firstName: string | null
  lastName: string | null
  passwordHash: string | null
}

/**
 * Gives an email address a role, in the caller's write. A person who is known only from a roster keeps their
 * number. Throws USER_EXISTS.
 */
export async function addAccount (
  trx: Trx, { email, key, role, firstName, lastName, passwordHash }: AddedAccount
): Promise<UserRow> {
  await lockEmail(trx, key)
  const user = await findUser(trx, key)
  if (user?.origin === 'account') {
    throw new DomainError('USER_EXISTS', { detail: `${email} already has an account.` })
  }
  const roster = await rosterTeacher(trx, key)
  const account = {
    role,
    first_name: firstName ?? roster?.first_name ?? null,
    last_name: lastName ?? roster?.last_name ?? null,
    password_hash: passwordHash,
    origin: 'account' as const,
    is_from_roster: user?.is_from_roster ?? (roster === undefined ? 0 : 1),
  }
  if (user !== undefined) return await updateUser(trx, user.id, account)
  return await insertUser(trx, {
    ...account,
    email: email.trim(),
    email_key: key,
    disabled_at: null,
    created_at: await trx.now(),
  })
}
