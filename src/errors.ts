// Every error that Perfbook explains: its permanent code, the status of its response, and a sentence that a
// person can act on. `src/http/errors.ts` turns a code into a response, `src/cli/program/failures.ts` into an
// exit status.

/** HTTP status and sentence of each code. A code without a status is never the code of a response. */
export const ERRORS = {
  VALIDATION_FAILED: [400, 'The request is not valid.'],
  INVALID_JSON: [400, 'The body is not valid JSON.'],
  ALL_WEIGHTS_ZERO: [
    400,
    'All weights would be 0, so no category would count. Give at least one category a weight above 0.',
  ],
  SIGN_IN_EXPIRED: [
    400,
    'This sign-in took too long, was started in another browser, or was already used. Try again.',
  ],
  UNAUTHENTICATED: [401, 'Sign in, or send a valid token as "Authorization: Bearer <token>".'],
  BAD_CREDENTIALS: [401, 'The email address or the password is wrong.'],
  NOT_A_TEACHER: [403, 'Only a teacher of this course or an administrator may do this.'],
  INSUFFICIENT_SCOPE: [403, 'This token does not have the required scope.'],
  CROSS_ORIGIN: [403, 'A request that changes data must come from this site.'],
  SIGN_IN_UNKNOWN: [
    403,
    'There is no user with the email address of your account. Ask your administrator to invite you.',
  ],
  SIGN_IN_UNVERIFIED: [
    403,
    'Your account has no verified email address. Contact your account administrator.',
  ],
  SIGN_IN_DISABLED: [403, 'Your account is disabled. Contact your administrator.'],
  SIGN_IN_REFUSED: [403, 'The sign-in was refused or canceled. Try again.'],
  ROUTE_NOT_FOUND: [404, 'There is nothing at this address.'],
  SINGLE_SIGN_ON_OFF: [404, 'Single sign-on is not set up. Sign in with your email address and password.'],
  COURSE_NOT_FOUND: [404, 'There is no such course.'],
  STUDENT_NOT_FOUND: [404, 'There is no such student in this course.'],
  EXPORT_NOT_FOUND: [404, 'There is no such export in this course.'],
  NO_EXPORT_YET: [404, 'This course has no export yet. Request one first.'],
  JOB_NOT_FOUND: [404, 'There is no such job.'],
  FILE_NOT_FOUND: [404, 'There is no such file.'],
  USER_NOT_FOUND: [404, 'There is no such user.'],
  TOKEN_NOT_FOUND: [404, 'There is no such token, or it was already revoked.'],
  SESSION_NOT_FOUND: [404, 'There is no such session, or it has ended.'],
  INVITATION_NOT_FOUND: [
    404,
    'This link was already used or has expired. Ask your administrator for a new one.',
  ],
  SETUP_LINK_NOT_FOUND: [
    404,
    'This setup link is wrong or has expired. On the server, "perfbook setup-link" makes a new one.',
  ],
  REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
  FILE_QUOTA_EXCEEDED: [409, 'There is no room for another file. Delete old files first.'],
  SNAPSHOT_MISSING: [
    409,
    'The data that this export read was not stored, so there is nothing to compare with. Make a new export.',
  ],
  UNDO_CONFLICT: [409, 'A later import changed these courses. Undo that import first.'],
  UNDO_NOT_POSSIBLE: [409, 'This import cannot be undone.'],
  FORMAT_NOT_POSSIBLE: [409, 'This course cannot be exported in this format.'],
  JOB_FINISHED: [409, 'The job has already ended.'],
  USER_EXISTS: [409, 'An account with this email address already exists.'],
  NO_PASSWORD: [
    409,
    'Your account has no password. Ask your administrator for a link to choose one.',
  ],
  LAST_ADMINISTRATOR: [409, 'This is the last administrator. Make another user an administrator first.'],
  USER_DISABLED: [409, 'This account is disabled. Enable it first.'],
  SETUP_DONE: [410, 'This service is already set up. Sign in, or ask its administrator to invite you.'],
  FILE_EXPIRED: [410, 'This file has expired. Make a new export.'],
  PRECONDITION_FAILED: [412, 'The file is not the one that the request refers to.'],
  BODY_TOO_LARGE: [413, 'The body of the request is too large.'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'Send the body as application/json.'],
  RANGE_NOT_SATISFIABLE: [416, 'The file has no bytes in this range.'],
  RATE_LIMITED: [429, 'Too many requests. Try again later.'],
  HEADERS_TOO_LARGE: [431, 'The headers of the request are too large.'],
  DISK_FAILED: [500, 'The server\'s disk reports errors. Contact its administrator.'],
  INTERNAL_ERROR: [500, 'Something went wrong on the server. Its log has the details.'],
  QUEUE_FULL: [503, 'Too many jobs are waiting. Try again later.'],
  SHUTTING_DOWN: [503, 'The server is shutting down. Try again in a moment.'],
  OVERLOADED: [503, 'The server is busy. Try again in a moment.'],
  STORAGE_UNAVAILABLE: [503, 'The file store is not responding. Try again in a moment.'],
  DATABASE_UNAVAILABLE: [503, 'The database is not responding. Try again in a moment.'],
  ISSUER_UNAVAILABLE: [503, 'The sign-in provider is not responding. Try again in a moment.'],
  DISK_LOW: [507, 'The server\'s disk is nearly full. Contact its administrator.'],

  // Why a job failed: in the job's JSON. Some of the codes above are such reasons too.
  WORKBOOK_TOO_LARGE: [null, 'The book does not fit in an Excel sheet (1,048,576 rows and 16,384 columns).'],
  DISK_FULL: [null, 'The server\'s disk is full. Contact its administrator.'],
  OUT_OF_MEMORY: [null, 'The server ran out of memory.'],
  TIMED_OUT: [null, 'This took longer than the server allows.'],
  WORKER_CRASHED: [null, 'The worker that ran this job stopped unexpectedly.'],
  CHECK_FAILED: [null, 'The workbook did not match the database, so it was discarded.'],
  FILL_IN_FAILED: [null, 'The file could not be filled in.'],
  IMPORT_FAILED: [null, 'The import failed. Nothing was changed.'],

  // Why a command, or the start of the service, failed: on stderr.
  WRONG_USAGE: [null, 'The command was not used correctly.'],
  INVALID_SETTINGS: [null, 'These settings are not valid.'],
  COMMAND_FAILED: [null, 'The command failed.'],
  STOPPED: [null, 'Stopped. Nothing was changed.'],
  FOLDER_IN_USE: [null, 'The data folder is in use by another Perfbook.'],
  STORAGE_IN_USE: [null, 'The files at FILES_URL belong to another installation of Perfbook.'],
  NODE_REFUSED: [null, 'This node cannot run while another one is running.'],
  SCHEMA_TOO_OLD: [null, 'The database has an older schema. Start the service, or run "perfbook migrate".'],
  SCHEMA_TOO_NEW: [null, 'The database was written by a later version of Perfbook. Start that version.'],
  UPGRADE_FAILED: [null, 'The database could not be upgraded. Nothing was changed.'],
  BACKUP_FAILED: [null, 'The backup could not be made or restored.'],
  RESTORE_UNFINISHED: [null, 'A restore into this data folder did not finish. Run "perfbook restore" again.'],
  COPY_REFUSED: [null, 'This data folder cannot be copied to that target. Nothing was changed.'],
  COPY_FAILED: [null, 'The copy is not complete. Run the same command again.'],
  COPY_UNFINISHED: [null, 'A copy into this database did not finish. Run "perfbook copy" again.'],
  ERASURE_REFUSED: [null, 'This person cannot be erased. Nothing was changed.'],
  FILE_EXISTS: [null, 'The file already exists.'],
  ADDRESS_UNAVAILABLE: [null, 'The service cannot listen on this address.'],
  CANNOT_UNPACK: [null, 'The program cannot unpack itself.'],
} as const satisfies Record<string, readonly [number | null, string]>

export type ErrorCode = keyof typeof ERRORS

/** Codes of responses. */
export type HttpErrorCode = {
  [Code in ErrorCode]: (typeof ERRORS)[Code] extends readonly [number, string] ? Code : never
}[ErrorCode]

/** Reasons for which a job fails. */
export const JOB_ERROR_CODES = [
  'WORKBOOK_TOO_LARGE', 'FILE_QUOTA_EXCEEDED', 'DISK_FULL', 'DISK_FAILED', 'OUT_OF_MEMORY', 'TIMED_OUT',
  'WORKER_CRASHED', 'CHECK_FAILED', 'IMPORT_FAILED', 'COURSE_NOT_FOUND', 'SNAPSHOT_MISSING',
  'FORMAT_NOT_POSSIBLE', 'STORAGE_UNAVAILABLE', 'UNDO_CONFLICT', 'UNDO_NOT_POSSIBLE', 'FILL_IN_FAILED',
] as const satisfies readonly ErrorCode[]
/** Those after which a job is tried again, as often as its kind allows. */
const CRASHES: readonly ErrorCode[] = ['DISK_FAILED', 'OUT_OF_MEMORY', 'TIMED_OUT', 'WORKER_CRASHED']

interface DomainErrorOptions {
  /** A sentence that says more than the code's own, which it replaces. */
  detail?: string | undefined
  /** For `Retry-After`. */
  retryAfterSeconds?: number | undefined
  /** The error behind this one, for the log. */
  cause?: unknown
}

/** A failure that Perfbook can explain. Any other error is a bug or the machine's. */
export class DomainError extends Error {
  readonly code: ErrorCode
  readonly retryAfterSeconds: number | undefined

  constructor (code: ErrorCode, { detail, retryAfterSeconds, cause }: DomainErrorOptions = {}) {
    super(detail ?? sentenceOf(code), cause === undefined ? {} : { cause })
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The error, if it is a reason for which a job fails at once. A crash is none: the job is tried again. */
export function failureOf (error: unknown): DomainError | undefined {
  if (!(error instanceof DomainError) || CRASHES.includes(error.code)) return undefined
  return (JOB_ERROR_CODES as readonly ErrorCode[]).includes(error.code) ? error : undefined
}

/** Whether an error is the DomainError with this code. */
export function hasCode<Code extends ErrorCode> (
  error: unknown,
  code: Code
): error is DomainError & { readonly code: Code } {
  return error instanceof DomainError && error.code === code
}

/** The sentence of a code. */
export function sentenceOf (code: ErrorCode): string { return ERRORS[code][1] }

/** Whether a code may be the code of a response. */
export function isHttpCode (code: ErrorCode): code is HttpErrorCode { return ERRORS[code][0] !== null }

/** The status of a response with this code. */
export function statusOf (code: HttpErrorCode): number { return ERRORS[code][0] }
