import type { SqliteConnection } from './connection.ts'

interface ChangeCounter {
  /** A number that changes when another connection commits, in this process or in another one. */
  now: () => number
  /** Call this after a commit of this process: the next `now` asks SQLite again. */
  look: () => void
}

/**
 * Asks SQLite at most once per turn of the event loop. `sqlite` must be a connection that never writes,
 * because its own commits do not count.
 */
export function changeCounter (sqlite: SqliteConnection): ChangeCounter {
  const statement = sqlite.prepare<[], number>('PRAGMA data_version').pluck()
  let known: number | undefined
  const look = () => { known = undefined }
  return {
    now () {
      if (known === undefined) {
        known = statement.get() ?? 0
        setImmediate(look)
      }
      return known
    },
    look,
  }
}
