// Changes the password of a signed-in user who knows the current one.
import { findUserById, lockUser, updateUser } from '../../db/queries/accounts.ts'
import { endLinksOfUser } from '../../db/queries/password-links.ts'
import { endOtherSessions, findSessionById } from '../../db/queries/sessions.ts'
import { DomainError } from '../errors.ts'
import { mayEnter } from './account-state.ts'
import { checkPassword, type PasswordCheckOptions } from './check-password.ts'
import type { PasswordQueue } from './password-queue.ts'
import type { Database } from '../../db/index.ts'

export interface OwnPassword {
  /**
   * Sets the password and ends the user's other sessions and one-time links. `refused`: the current password
   * is wrong. `waitMs`: too many attempts failed; when to try again. Throws NO_PASSWORD, UNAUTHENTICATED,
   * VALIDATION_FAILED and OVERLOADED.
   */
  change: (change: PasswordChange) => Promise<'changed' | 'refused' | { waitMs: number }>
}

interface PasswordChange {
  userId: number
  sessionId: number
  current: string
  password: string
  /** The address of the client. */
  address: string
}

interface OwnPasswordOptions extends Omit<PasswordCheckOptions, 'db' | 'passwords'> {
  db: Database
  passwords: Pick<PasswordQueue, 'choose' | 'verify'>
}

export function createOwnPassword (options: OwnPasswordOptions): OwnPassword {
  const { db, passwords } = options
  return {
    async change ({ userId, sessionId, current, password, address }) {
      const user = await findUserById(db.reads, userId)
      if (user === undefined) throw new DomainError('UNAUTHENTICATED')
      const hash = user.password_hash
      if (hash === null) throw new DomainError('NO_PASSWORD')
      const checked = await checkPassword(
        options, { key: user.email_key, user, password: current, hash, address }
      )
      if ('waitMs' in checked) return checked
      if (!checked.isRight) return 'refused'
      await checked.accept()
      const owner = { email: user.email, firstName: user.first_name, lastName: user.last_name }
      const passwordHash = await passwords.choose(password, owner, checked.lane)
      return await db.write(async (trx) => {
        await lockUser(trx, userId)
        // Hashing took a while: all of this may have changed in the meantime.
        const stored = await findUserById(trx, userId)
        const session = await findSessionById(trx, sessionId)
        if (stored === undefined || session?.ended_at !== null || !await mayEnter(trx, stored)) {
          throw new DomainError('UNAUTHENTICATED')
        }
        if (stored.password_hash !== hash) return 'refused'
        const at = await trx.now()
        await updateUser(trx, userId, { password_hash: passwordHash })
        await endLinksOfUser(trx, userId, at)
        await endOtherSessions(trx, { userId, sessionId, at })
        return 'changed'
      })
    },
  }
}
