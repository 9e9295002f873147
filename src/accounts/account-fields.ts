// What an account's email address and names may be.
import { DomainError } from '../errors.ts'
import { EMAIL_MAX, isNameTooLong, NAME_MAX, shorten } from '../short-text.ts'

/** Characters that email addresses and names do not have, and that a terminal or a page may obey. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u

/** Throws VALIDATION_FAILED. */
export function checkEmail (email: string): void {
  if (email.length > EMAIL_MAX || !/^[^\s@]+@[^\s@]+$/.test(email.trim()) || !isPrintable(email)) {
    throw invalid(`email: "${shorten(email)}" is not an email address`)
  }
}

/** Throws VALIDATION_FAILED, which names the field. */
export function checkName (field: string, name: string | null): void {
  if (name === null) return
  if (isNameTooLong(name)) throw invalid(`${field}: has more than ${NAME_MAX} characters`)
  if (!isPrintable(name)) throw invalid(`${field}: has control characters`)
}

/** Without such characters, and without halves of characters, which no database stores. */
function isPrintable (text: string): boolean {
  return text.isWellFormed() && !UNPRINTABLE.test(text)
}

/** VALIDATION_FAILED with a sentence that begins with the field. */
export function invalid (detail: string): DomainError {
  return new DomainError('VALIDATION_FAILED', { detail })
}
