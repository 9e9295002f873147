// What is kept about an erased person, so that a later import can leave them out.
//
// Each identifier is stored as an HMAC-SHA-256 under a random 256-bit key, which is made once for this
// database and stored in it (`erasure_keys`). The hash does not reveal the identifier, tables of hashes
// computed elsewhere are useless, and hashes of two schools cannot be compared. It does not protect against
// someone who has the whole database and guesses identifiers: they have the key. A slow hash (scrypt) with a
// salt for each person would make guessing more expensive, but an import would have to hash each of its
// people once for each erased person.
import { createHmac } from 'node:crypto'

export type IdentifierKind = 'source_id' | 'student_identifier' | 'email' | 'username'

/**
 * The hash of one identifier, hex. Email addresses match in any case. Surrounding spaces do not count.
 * @param scope source id of the course whose own source ids these are; without it, ids of the roster
 */
export function identifierHash (secret: string, kind: IdentifierKind, value: string, scope?: string): string {
  const text = value.trim().normalize('NFC')
  const parts = [kind, kind === 'email' ? text.toLowerCase() : text, ...(scope === undefined ? [] : [scope])]
  return createHmac('sha256', Buffer.from(secret, 'hex')).update(JSON.stringify(parts)).digest('hex')
}

/**
 * The form in which identifiers are compared regardless of case and leading zeros: spreadsheets drop zeros,
 * and systems change case. The key contains the identifier itself, so only its hash may be stored. `scope` as
 * in `identifierHash`.
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
