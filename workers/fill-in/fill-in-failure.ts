import { DomainError } from '../../src/errors.ts'

/** Why a table cannot be filled in: a sentence that a person can act on. */
export function fillInFailure (detail: string): DomainError {
  return new DomainError('FILL_IN_FAILED', { detail })
}
