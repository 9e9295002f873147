import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { flushNow } from '../durable-folder.ts'

const SECRET_BYTES = 32

/** A secret that cannot be guessed: 256 random bits, base64url. */
export function newSecret (): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/**
 * The stored form of a secret: SHA-256, hex. A secret has too many bits to be guessed, so a slow hash would
 * gain nothing.
 */
export function hashOfSecret (secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/**
 * The secret in a file that only its owner may read. The file is created if it does not exist; two processes
 * that start at the same time get the same secret. Throws errors of the file system, and an Error if the file
 * has other content.
 */
export function secretFromFile (file: string): string {
  const found = ownSecret(file)
  if (found !== undefined) return found
  const made = `${file}.${newSecret().slice(0, 8)}`
  try {
    writeFileSync(made, `${newSecret()}\n`, { mode: 0o600, flag: 'wx', flush: true })
    linkSync(made, file)
    // A secret that is used must still be there after a power loss: sessions depend on it.
    flushNow(dirname(file))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(made, { force: true })
  }
  const secret = ownSecret(file)
  if (secret === undefined) throw new Error(`${file} was deleted while it was created.`)
  return secret
}

/** A copy or a restore may have made the file readable to others. */
function ownSecret (file: string): string | undefined {
  const secret = readSecret(file)
  if (secret !== undefined) chmodSync(file, 0o600)
  return secret
}

/** The secret in a file of `secretFromFile`. Undefined: there is no file. Throws as `secretFromFile`. */
export function readSecret (file: string): string | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  if (!/^[\w-]{43}$/.test(text)) {
    throw new Error(
      `${file} does not contain a secret of this service. Delete it. The next start creates a new one, and ` +
      'all users have to sign in again.'
    )
  }
  return text
}
