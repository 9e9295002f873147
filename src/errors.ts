// Every error that a client can meet: its permanent code, its status, and a sentence that a person can act
// on.
import { STATUS_CODES } from 'node:http'
import { boundMessage } from './short-text.ts'

/** Answers over HTTP. */
export const HTTP_ERRORS = {
  VALIDATION_FAILED: [400, 'The request is not valid.'],
  INVALID_JSON: [400, 'The body is not valid JSON.'],
  SIGN_IN_EXPIRED: [
    400,
    'This sign-in took too long, was started in another browser, or was already used. Try again.',
  ],
  UNAUTHENTICATED: [401, 'Sign in, or send a valid token as "Authorization: Bearer <token>".'],
  BAD_CREDENTIALS: [401, 'The e-mail or the password is wrong.'],
  NOT_A_TEACHER: [403, 'Only a teacher of this course or an administrator may do this.'],
  INSUFFICIENT_SCOPE: [403, 'This token does not have the required scope.'],
  CROSS_ORIGIN: [403, 'A request that changes something must come from this site itself.'],
  SIGN_IN_UNKNOWN: [
    403,
    'No user here has the e-mail address of your account. Ask your administrator to invite you.',
  ],
  SIGN_IN_UNVERIFIED: [
    403,
    'Your account has no verified e-mail address. Contact your account administrator.',
  ],
  SIGN_IN_DISABLED: [403, 'Your account here is disabled. Ask the administrator.'],
  SIGN_IN_REFUSED: [403, 'The sign-in was refused or canceled. Try again.'],
  ROUTE_NOT_FOUND: [404, 'There is nothing at this address.'],
  SINGLE_SIGN_ON_OFF: [404, 'Single sign-on is not set up here. Sign in with your e-mail and password.'],
  COURSE_NOT_FOUND: [404, 'There is no such course.'],
  EXPORT_NOT_FOUND: [404, 'There is no such export in this course.'],
  NO_EXPORT_YET: [404, 'This course has no export yet. Ask for one first.'],
  JOB_NOT_FOUND: [404, 'There is no such job.'],
  FILE_NOT_FOUND: [404, 'There is no such file.'],
  USER_NOT_FOUND: [404, 'There is no such user.'],
  SESSION_NOT_FOUND: [404, 'There is no such session, or it has ended.'],
  INVITATION_NOT_FOUND: [
    404,
    'This link was already used or is too old. Ask your administrator for a new one.',
  ],
  REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
  FILE_QUOTA_EXCEEDED: [409, 'There is no room for another file. Delete old ones first.'],
  JOB_FINISHED: [409, 'The job has already ended.'],
  USER_EXISTS: [409, 'An account with this e-mail already exists.'],
  USER_DISABLED: [409, 'This account is disabled. Enable it first.'],
  FILE_EXPIRED: [410, 'This file has expired. Make a new export.'],
  PRECONDITION_FAILED: [412, 'The file is not the one that the request is about.'],
  BODY_TOO_LARGE: [413, 'The body of the request is too large.'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'Send the body as application/json.'],
  RANGE_NOT_SATISFIABLE: [416, 'The file has no bytes in this range.'],
  RATE_LIMITED: [429, 'Too many requests. Try again a little later.'],
  HEADERS_TOO_LARGE: [431, 'The headers of the request are too large.'],
  INTERNAL_ERROR: [500, 'Something went wrong on the server. Details are in its log.'],
  QUEUE_FULL: [503, 'Too many jobs are waiting. Try again a little later.'],
  SHUTTING_DOWN: [503, 'The server is about to stop. Try again in a moment.'],
  OVERLOADED: [503, 'The server is busy. Try again in a moment.'],
  ISSUER_UNAVAILABLE: [503, 'The sign-in provider is not responding. Try again in a moment.'],
  DISK_LOW: [507, "The server's disk is nearly full. Contact its administrator."],
} as const satisfies Record<string, readonly [number, string]>

/** Reasons for which a job fails. */
export const JOB_ERRORS = {
  WORKBOOK_TOO_LARGE: 'The book does not fit into an Excel sheet (1,048,576 rows and 16,384 columns).',
  FILE_QUOTA_EXCEEDED: 'There is no room for another file. Delete old ones first.',
  DISK_FULL: "The server's disk is full. Contact its administrator.",
  OUT_OF_MEMORY: 'The server ran out of memory.',
  TIMED_OUT: 'This took longer than the server allows.',
  WORKER_CRASHED: 'The worker that ran this job stopped unexpectedly.',
  CHECK_FAILED: 'The workbook did not match the database, so it was discarded.',
  IMPORT_FAILED: 'The import failed, and nothing was changed.',
  COURSE_NOT_FOUND: 'The course was deleted in the meantime.',
} as const

export type HttpErrorCode = keyof typeof HTTP_ERRORS
export type JobErrorCode = keyof typeof JOB_ERRORS

/** A refusal with its code; the error handler of the service makes the answer of it. */
export class ServiceError extends Error {
  readonly code: HttpErrorCode
  readonly statusCode: number
  /** For `Retry-After`, in seconds. */
  readonly retryAfter: number | undefined

  constructor (code: HttpErrorCode, message: string = HTTP_ERRORS[code][1], retryAfter?: number) {
    super(boundMessage(message))
    this.code = code
    this.statusCode = HTTP_ERRORS[code][0]
    this.retryAfter = retryAfter
  }
}

/** The one shape of an error answer. */
export interface ErrorBody {
  statusCode: number
  code: string
  error: string
  message: string
}

export function errorBody (code: HttpErrorCode, message: string = HTTP_ERRORS[code][1]): ErrorBody {
  const statusCode = HTTP_ERRORS[code][0]
  return { statusCode, code, error: STATUS_CODES[statusCode] ?? 'Error', message: boundMessage(message) }
}
