// The key that signs the cookies of sessions: in the file that COOKIE_SECRET_FILE names, else in the database
// that several nodes share, else in the data folder.
import { readFileSync } from 'node:fs'
import type { Database, Trx } from '../../db/index.ts'
import { ensureServiceKey } from '../../db/queries/service-keys.ts'
import type { Config } from '../config.ts'
import { DomainError } from '../errors.ts'
import { newSecret, readSecret, secretFromFile } from './secrets.ts'

/** The shortest key that someone may choose themselves, characters. */
const SHORTEST = 32

/** A key as `copy` takes it from a data folder to a database that several nodes share. */
export interface ServiceKey {
  name: 'cookie'
  secret: string
}

type Places = Pick<Config, 'COOKIE_SECRET_FILE' | 'secretFile'>

/**
 * The key. It is created if there is none yet, once for all nodes. Throws INVALID_SETTINGS if
 * COOKIE_SECRET_FILE does not have one, and errors of the file system.
 */
export async function cookieKey (
  { config, db }: { config: Places, db: Pick<Database, 'engine' | 'reads' | 'now'> }
): Promise<string> {
  if (config.COOKIE_SECRET_FILE !== '') return givenKey(config.COOKIE_SECRET_FILE)
  if (db.engine === 'sqlite') return secretFromFile(config.secretFile)
  return await ensureServiceKey(db.reads, { name: 'cookie', secret: newSecret(), at: await db.now() })
}

/** The keys that a service on this data folder uses. Changes nothing. Throws as `cookieKey`. */
export function keysOfFolder (config: Places): ServiceKey[] {
  const secret = config.COOKIE_SECRET_FILE === ''
    ? readSecret(config.secretFile)
    : givenKey(config.COOKIE_SECRET_FILE)
  return secret === undefined ? [] : [{ name: 'cookie', secret }]
}

/**
 * Stores keys in a database that several nodes share. False: it already has another key of one of these
 * names, which stays.
 */
export async function storeKeys (trx: Trx, keys: readonly ServiceKey[]): Promise<boolean> {
  const at = await trx.now()
  let areStored = true
  for (const { name, secret } of keys) {
    areStored = await ensureServiceKey(trx, { name, secret, at }) === secret && areStored
  }
  return areStored
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
