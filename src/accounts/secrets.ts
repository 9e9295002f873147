import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const SECRET_BYTES = 32

/** A secret that nobody can guess: 256 random bits, base64url. */
export function newSecret (): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/**
 * What is kept of a secret: SHA-256, hex. It has too many bits to be guessed, so that a slow hash would gain
 * nothing.
 */
export function hashOfSecret (secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/**
 * The secret in a file that only its owner may read; made where there is none. Two processes that start at
 * once get the same one. Throws what the file system says, and an Error where the file holds something else.
 */
export function secretFromFile (file: string): string {
  const found = read(file)
  if (found !== undefined) return found
  const made = `${file}.${newSecret().slice(0, 8)}`
  try {
    writeFileSync(made, `${newSecret()}\n`, { mode: 0o600, flag: 'wx', flush: true })
    linkSync(made, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(made, { force: true })
  }
  return read(file)!
}

function read (file: string): string | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  if (!/^[\w-]{43}$/.test(text)) {
    throw new Error(
      `${file} does not hold a secret of this service. Delete it, and a new one is made; everybody has to sign in again.`
    )
  }
  // A copy or a restore may have opened it to others.
  chmodSync(file, 0o600)
  return text
}
