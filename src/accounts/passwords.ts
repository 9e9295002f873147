import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** Parameters of scrypt. */
export interface HashCost {
  N: number
  r: number
  p: number
}

// scrypt at N = 2^15, r = 8, p = 3: one of the equally strong settings in OWASP's Password Storage Cheat
// Sheet.
export const HASH_COST: HashCost = { N: 2 ** 15, r: 8, p: 3 }
const SALT_BYTES = 16
const KEY_BYTES = 32

/** The shortest accepted password. */
export const MIN_PASSWORD_LENGTH = 8
/** The longest: all of it is hashed. */
export const MAX_PASSWORD_LENGTH = 1024

/**
 * `scrypt$N$r$p$salt$key`, the last two in base64url. The parameters are stored with the hash, so they can be
 * raised later.
 */
export async function hashPassword (password: string, cost: HashCost = HASH_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  return format(cost, salt, await derive(password, salt, cost))
}

/**
 * A hash that no password matches. Checking a password against it takes as long as against a real one of the
 * same cost.
 */
export function dummyHash (cost: HashCost): string {
  return format(cost, randomBytes(SALT_BYTES), randomBytes(KEY_BYTES))
}

/** Whether the password matches the hash. Takes the same time for every wrong password. */
export async function verifyPassword (password: string, hash: string): Promise<boolean> {
  const [scheme, N, r, p, salt, key] = hash.split('$')
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) return false
  const expected = Buffer.from(key, 'base64url')
  const derived = await derive(password, Buffer.from(salt, 'base64url'), {
    N: Number(N),
    r: Number(r),
    p: Number(p),
  })
  return expected.length === derived.length && timingSafeEqual(expected, derived)
}

/** Whether the hash was made at another cost, so that it should be made again while the password is known. */
export function isOutdated (hash: string, { N, r, p }: HashCost): boolean {
  return !hash.startsWith(`scrypt$${N}$${r}$${p}$`)
}

function format ({ N, r, p }: HashCost, salt: Buffer, key: Buffer): string {
  return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

function derive (password: string, salt: Buffer, { N, r, p }: HashCost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
