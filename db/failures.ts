// What went wrong with the database or the disk, for all engines. Codes of five characters are
// PostgreSQL's (https://www.postgresql.org/docs/current/errcodes-appendix.html).
import { hasCode } from '../src/errors.ts'

/**
 * Whether an error says that another connection was in the way: it holds a lock for too long, or each of two
 * waited for the other. The same may succeed at once.
 */
export function isBusy (error: unknown): boolean {
  const code = codeOf(error)
  return code.startsWith('SQLITE_BUSY') || ['55P03', '40P01', '40001'].includes(code)
}

/** Whether an error says that the disk, or the space given to us on it, is full. */
export function isDiskFull (error: unknown): boolean {
  return ['SQLITE_FULL', 'ENOSPC', 'EDQUOT', '53100'].includes(codeOf(error))
}

/**
 * Whether an error says that the disk does not do what it should: it cannot be read, written or flushed, or
 * the system has made it read-only for that reason.
 */
export function isDiskFailure (error: unknown): boolean {
  const code = codeOf(error)
  // SQLite may also take what it could not read for damage.
  return /^SQLITE_(?:IOERR|CORRUPT|NOTADB)/.test(code) ||
    ['EIO', 'EROFS', 'SQLITE_READONLY', '58030'].includes(code)
}

/** Messages of node-postgres that have no code. */
const LOST = /^(?:Connection terminated|Query read timeout|timeout exceeded)/

/**
 * Whether an error says that PostgreSQL is unavailable: it restarts, is down, does not answer in time, or is
 * read-only. A write that ends with it may have been committed or not.
 */
export function isUnavailable (error: unknown): boolean {
  const code = codeOf(error)
  return hasCode(error, 'DATABASE_UNAVAILABLE') || endsConnection(code) ||
    ['57014', '53200'].includes(code) ||
    // Of a connection that no pool of ours guards.
    /^(?:ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(code) ||
    (error instanceof Error && LOST.test(error.message))
}

/**
 * Whether the connection that an error with this code came from is unusable. Connection failures
 * (08…), wrong credentials (28…), too many connections, a server that stops (57P0…), that turned read-only
 * after a failover, or that has ended a transaction which waited for us.
 */
export function endsConnection (code: string): boolean {
  return /^(?:08...|28...|57P0.)$/.test(code) || ['3D000', '53300', '25006', '25P03'].includes(code)
}

function codeOf (error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
