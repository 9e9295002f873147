import { shownAddress, type PostgresAddress } from '../../db/postgres/address.ts'
import { DomainError } from '../errors.ts'

const CONTINUE = 'Run the same command again: it continues where it stopped.'

/** An error of the server or of the connection in words that say what to do. Others stay as they are. */
export function explained (error: unknown, address: PostgresAddress): unknown {
  if (error instanceof DomainError || !(error instanceof Error)) return error
  const { code, severity } = error as { code?: unknown, severity?: unknown }
  const shown = shownAddress(address)
  const failed = (detail: string) => new DomainError('COPY_FAILED', { detail, cause: error })
  if (typeof severity === 'string' && typeof code === 'string') {
    if (code.startsWith('28') || code === '3D000') return failed(`${shown}: ${error.message}.`)
    if (code.startsWith('23')) {
      return failed(
        `${shown} refuses a row: ${error.message}. The database of the folder is damaged; ` +
        '"perfbook doctor --deep" says more.'
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
