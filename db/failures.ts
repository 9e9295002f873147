// What went wrong with the database or the disk, whichever engine says so.

/** PostgreSQL's lock_not_available. */
const LOCK_NOT_AVAILABLE = '55P03'

/** Whether an error says that another connection holds the write lock, or another lock that was awaited. */
export function isBusy (error: unknown): boolean {
  const code = codeOf(error)
  return code.startsWith('SQLITE_BUSY') || code === LOCK_NOT_AVAILABLE
}

/** Whether an error says that the disk, or the space given to us on it, is full. */
export function isDiskFull (error: unknown): boolean {
  return ['SQLITE_FULL', 'ENOSPC', 'EDQUOT'].includes(codeOf(error))
}

function codeOf (error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** Whether an error says that PostgreSQL cannot be used now. */
export function isUnavailable (error: unknown): boolean {
  return /^(?:08...|28...|57P0.|53300|25006|25P03|57014|ECONN.*|EPIPE|ETIMEDOUT)$/.test(codeOf(error)) ||
    (error instanceof Error && /terminated|timeout exceeded/.test(error.message))
}
