import { shownAddress, type PostgresAddress } from '../../db/postgres/address.ts'
import { DomainError } from '../errors.ts'

const CONTINUE = 'Run the same command again: it continues where it stopped.'

/** Turns an error of the server or the connection into one that says what to do. Returns others unchanged. */
export function explained (error: unknown, address: PostgresAddress): unknown {
  if (error instanceof DomainError || !(error instanceof Error)) return error
  const { code, severity } = error as { code?: unknown, severity?: unknown }
  const shown = shownAddress(address)
  const failed = (detail: string) => new DomainError('COPY_FAILED', { detail, cause: error })
  if (typeof severity === 'string' && typeof code === 'string') {
    if (code.startsWith('28') || code === '3D000') {
      return failed(`${shown}: ${error.message}. Check the user, the password and the name of the database.`)
    }
    if (code.startsWith('23')) {
      return failed(
        `${shown} rejects a row: ${error.message}. The database in the data folder is damaged. ` +
        'Run "perfbook doctor --deep".'
      )
    }
    return failed(`${shown}: ${error.message}. ${CONTINUE}`)
  }
  if (typeof code === 'string' && code.startsWith('SQLITE')) return error
  if ('syscall' in error || /connection|timeout|ended|closed/i.test(error.message)) {
    return failed(`${shown} does not respond (${error.message}). ${CONTINUE}`)
  }
  return error
}
