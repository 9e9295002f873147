import type { Reads, Trx } from '../../db/index.ts'
import * as files from '../../db/queries/files.ts'
import { DomainError } from '../errors.ts'

export interface FileOwner {
  type: string
  id: number
}

interface QuotaOptions {
  /** Most bytes of one owner; 0: no limit. */
  ownerQuotaBytes: number
  /** Most bytes in all; 0: no limit. */
  totalQuotaBytes: number
  now: () => number
  /** Deletes files that make room for a new one. */
  deleteFiles: (trx: Trx, ids: readonly number[]) => Promise<unknown>
}

interface FileQuota {
  /** Throws FILE_QUOTA_EXCEEDED if no room is left. Files of the category `replaceable` count as room. */
  check: (db: Reads, owner: FileOwner, replaceable?: string) => Promise<void>
  /**
   * In the transaction that stores `size` bytes: makes room by deleting the oldest files of the category
   * `replaceable`. Throws FILE_QUOTA_EXCEEDED if that is not enough.
   */
  claim: (trx: Trx, owner: FileOwner, size: number, replaceable?: string) => Promise<void>
}

export function createFileQuota (
  { ownerQuotaBytes, totalQuotaBytes, now, deleteFiles }: QuotaOptions
): FileQuota {
  const limits = ([['owner', ownerQuotaBytes], ['all', totalQuotaBytes]] as const).filter(([, quota]) =>
    quota > 0
  )

  const used = (db: Reads | Trx, whose: 'owner' | 'all', owner: FileOwner) =>
    files.bytesInUse(db, whose === 'owner' ? owner : null, now())
  const oldest = (db: Reads | Trx, whose: 'owner' | 'all', owner: FileOwner, category: string) =>
    files.oldestFiles(db, { owner, category, ofAllOwners: whose === 'all', now: now() })

  return {
    async check (db, owner, replaceable) {
      for (const [whose, quota] of limits) {
        const taken = await used(db, whose, owner)
        if (taken < quota) continue
        const freed = replaceable === undefined ? 0 : sum(await oldest(db, whose, owner, replaceable))
        if (taken - freed >= quota) throw quotaExceeded(taken, quota, whose)
      }
    },
    async claim (trx, owner, size, replaceable) {
      // Two files at the same moment must not both get the last free bytes.
      for (const name of limits.map(([whose]) => lockName(whose, owner)).sort()) await trx.lock(name)
      for (const [whose, quota] of limits) {
        const taken = await used(trx, whose, owner)
        let excess = taken + size - quota
        if (excess <= 0) continue
        const ids: number[] = []
        for (const file of replaceable === undefined ? [] : await oldest(trx, whose, owner, replaceable)) {
          if (excess <= 0) break
          ids.push(file.id)
          excess -= file.size
        }
        if (excess > 0) throw quotaExceeded(taken, quota, whose)
        await deleteFiles(trx, ids)
      }
    },
  }
}

function lockName (whose: 'owner' | 'all', { type, id }: FileOwner): string {
  return whose === 'all' ? 'quota' : `quota ${type} ${id}`
}

function sum (all: ReadonlyArray<{ size: number }>): number {
  return all.reduce((total, file) => total + file.size, 0)
}

function quotaExceeded (used: number, quota: number, whose: 'owner' | 'all'): DomainError {
  const where = whose === 'owner' ? 'here' : 'on this server'
  return new DomainError('FILE_QUOTA_EXCEEDED', {
    detail: `${amount(used)} of ${amount(quota)} are in use ${where}. ` +
      'Delete files that are no longer needed.',
  })
}

function amount (bytes: number): string {
  const [unit, size]: [string, number] = bytes < 1e3
    ? ['byte', 1]
    : bytes < 1e6
      ? ['kilobyte', 1e3]
      : bytes < 1e9
        ? ['megabyte', 1e6]
        : ['gigabyte', 1e9]
  return new Intl.NumberFormat('en', {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: 1,
  }).format(bytes / size)
}
