import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

// scrypt at N = 2^15, r = 8, p = 3: one of the settings that OWASP's password storage advice gives as equally strong.
const COST = { N: 2 ** 15, r: 8, p: 3 }
const KEY_BYTES = 32

/** Shortest password that is taken. */
export const MIN_PASSWORD_LENGTH = 8

/** `scrypt$N$r$p$salt$key`, the last two in base64url: the parameters stand beside the hash, so that they can be raised later. */
export async function hashPassword (password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, COST)
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/** Whether the password is that of the hash. Takes the same time for every wrong one. */
export async function verifyPassword (password: string, hash: string): Promise<boolean> {
  const [scheme, N, r, p, salt, key] = hash.split('$')
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) return false
  const expected = Buffer.from(key, 'base64url')
  const derived = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) })
  return expected.length === derived.length && timingSafeEqual(expected, derived)
}

function derive (password: string, salt: Buffer, { N, r, p }: typeof COST): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
