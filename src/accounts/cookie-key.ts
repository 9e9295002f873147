// The key that signs the cookies of sessions: in the file that COOKIE_SECRET_FILE names, else in the database
// that several nodes share, else in the data folder.
import { readFileSync } from 'node:fs'
import type { Config } from '../config.ts'
import { DomainError } from '../errors.ts'
import { secretFromFile } from './secrets.ts'

/** The shortest key that someone may choose themselves, characters. */
const SHORTEST = 32

/**
 * The key. It is created if there is none yet. Throws INVALID_SETTINGS if COOKIE_SECRET_FILE does not have
 * one, and errors of the file system.
 */
export function cookieKey (config: Pick<Config, 'COOKIE_SECRET_FILE' | 'secretFile'>): string {
  return config.COOKIE_SECRET_FILE === ''
    ? secretFromFile(config.secretFile)
    : givenKey(config.COOKIE_SECRET_FILE)
}

/** A file that an administrator provides is never created or changed: another node must have the same one. */
function givenKey (file: string): string {
  const wrong = (why: string) => new DomainError('INVALID_SETTINGS', {
    detail: `COOKIE_SECRET_FILE=${file}: ${why}`,
  })
  let key: string
  try {
    key = readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw wrong(`cannot be read: ${(error as Error).message}`)
  }
  if (key.length < SHORTEST || /[\r\n]/.test(key)) {
    throw wrong(`must have one line of at least ${SHORTEST} characters; "openssl rand -base64 32" makes one`)
  }
  return key
}
