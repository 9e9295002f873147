// The only place that hashes passwords: every hash waits here for its turn, and a new password is checked
// first.
import { schoolNames } from '../../db/queries/courses.ts'
import type { Database } from '../../db/index.ts'
import { checkPassword, type PasswordOwner } from './password-rules.ts'
import { dummyHash, HASH_COST, hashPassword, isOutdated, verifyPassword, type HashCost } from './passwords.ts'
import type { Lane, Turns } from './turns.ts'

/** The most names of schools that a password is compared with. */
const MOST_SCHOOLS = 100

export interface PasswordQueue {
  /** Whether the password matches the hash. Throws OVERLOADED. */
  verify: (password: string, hash: string, lane: Lane) => Promise<boolean>
  /** The hash of a password that its owner has just chosen. Throws VALIDATION_FAILED and OVERLOADED. */
  choose: (password: string, owner: PasswordOwner, lane?: Lane) => Promise<string>
  /** The hash, at today's cost, of a password that was just verified. Throws OVERLOADED. */
  renew: (password: string, lane: Lane) => Promise<string>
  /** Whether the hash was made at a cost other than today's. */
  isOutdated: (hash: string) => boolean
  /** A hash at today's cost that no password matches. */
  hashOfNoOne: string
}

interface PasswordQueueOptions {
  db: Database
  turns: Turns
  publicUrl: string
  /** Today's cost. Default: HASH_COST. */
  cost?: HashCost | undefined
}

export function createPasswordQueue ({
  db,
  turns,
  publicUrl,
  cost = HASH_COST,
}: PasswordQueueOptions): PasswordQueue {
  const host = publicUrl === '' ? [] : [new URL(publicUrl).hostname]
  return {
    verify: (password, hash, lane) => turns.take(() => verifyPassword(password, hash), lane),
    async choose (password, owner, lane) {
      await checkPassword(password, owner, [...host, ...await schoolNames(db.reads, MOST_SCHOOLS)])
      return await turns.take(() => hashPassword(password, cost), lane)
    },
    renew: (password, lane) => turns.take(() => hashPassword(password, cost), lane),
    isOutdated: (hash) => isOutdated(hash, cost),
    hashOfNoOne: dummyHash(cost),
  }
}
