// How a command fails, and with which exit status.
import { DomainError, type ErrorCode } from '../../errors.ts'

/** Any code that is not listed is a failure: 1. */
const EXIT_STATUSES: Readonly<Partial<Record<ErrorCode, number>>> = { WRONG_USAGE: 2 }

/** The one place where the code of an error becomes an exit status. */
export function exitStatusOf ({ code }: DomainError): number { return EXIT_STATUSES[code] ?? 1 }

/** A failure without a code of its own. */
export function failed (detail: string): DomainError { return new DomainError('COMMAND_FAILED', { detail }) }

/** The user stopped the command. */
export function stopped (detail?: string): DomainError { return new DomainError('STOPPED', { detail }) }

/** The command was called with wrong arguments. */
export function wrongUsage (detail: string): DomainError { return new DomainError('WRONG_USAGE', { detail }) }

/** There is no such course. */
export function noCourse (courseId: number): DomainError {
  return new DomainError('COURSE_NOT_FOUND', {
    detail: `There is no course with id ${courseId}. "perfbook courses" lists all courses.`,
  })
}

/** There is no user with this email address, neither with an account nor in a roster. */
export function noAccount (email: string): DomainError {
  return new DomainError('USER_NOT_FOUND', {
    detail: `There is no account for ${email}. "perfbook user invite" creates one.`,
  })
}
