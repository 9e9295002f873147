// What went wrong with the database or the disk, whichever engine says so.

/** Whether an error says that another connection holds the write lock. */
export function isBusy (error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY')
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
