// What is kept about an erased person, so that a later import can leave them out.
//
// Each identifier is kept as HMAC-SHA-256 under a random key of 256 bits that is made once for this database
// and stored in it (`erasure_keys`). This protects against reading an identifier off the hash, against tables
// of hashes that were computed elsewhere, and against comparing the hashes of two schools or of a hash that
// got into a log. It does not protect against someone who has the whole database and guesses identifiers:
// they have the key. A slow hash (scrypt) with a salt for each person would make guessing dearer, but an
// import would have to hash each of its people once for each erased person.
import { createHmac } from 'node:crypto'

export type IdentifierKind = 'source_id' | 'student_identifier' | 'email' | 'username'

/**
 * The hash of one identifier, hex. E-mails are matched in any case, everything without blanks around it.
 * @param scope source id of the course whose own source ids these are; without it, ids of the roster
 */
export function identifierHash (secret: string, kind: IdentifierKind, value: string, scope?: string): string {
  const text = value.trim().normalize('NFC')
  const parts = [kind, kind === 'email' ? text.toLowerCase() : text, ...(scope === undefined ? [] : [scope])]
  return createHmac('sha256', Buffer.from(secret, 'hex')).update(JSON.stringify(parts)).digest('hex')
}

/**
 * What an identifier is compared by where case and leading zeros do not count: spreadsheets drop zeros,
 * systems change case. The key holds the identifier itself; only its hash may be stored. Scope as with
 * `identifierHash`.
 */
export function looseKey (kind: IdentifierKind, value: string, scope?: string): string {
  const text = foldIdentifier(value.trim().normalize('NFC'))
  return JSON.stringify(['loose', kind, text, ...(scope === undefined ? [] : [scope])])
}

/** The hash of a `looseKey`, hex. */
export function looseHash (secret: string, key: string): string {
  return createHmac('sha256', Buffer.from(secret, 'hex')).update(key).digest('hex')
}

/** Without case and leading zeros, as grade books match people. */
function foldIdentifier (text: string): string {
  return text.toLowerCase().replace(/^0+(?=.)/, '')
}
