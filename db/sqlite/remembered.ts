import type { SqliteConnection } from './connection.ts'

/** More keys than people who poll at once; all are forgotten with each commit. */
const KEPT = 10_000

export interface ChangeCounter {
  /**
   * Another number whenever another connection has committed, in this process or outside. Asked of SQLite
   * once a turn of the event loop.
   */
  now: () => number
  /** Asks SQLite again the next time: this process has just committed. */
  look: () => void
}

/** `sqlite` is a connection that writes nothing itself: its own commits would not count. */
export function changeCounter (sqlite: SqliteConnection): ChangeCounter {
  const statement = sqlite.prepare('PRAGMA data_version').pluck()
  let known: number | undefined
  const look = () => {
    known = undefined
  }
  return {
    now () {
      if (known === undefined) {
        known = statement.get() as number
        setImmediate(look)
      }
      return known
    },
    look,
  }
}

/**
 * Answers from memory until the next commit. Polls ask the same small questions again and again (whose token
 * is this, does he teach that course), and nearly always nothing has happened.
 */
export function rememberer (change: () => number): <T>(key: string, read: () => Promise<T>) => Promise<T> {
  let known = new Map<string, Promise<unknown>>()
  let of = Number.NaN
  return <T>(key: string, read: () => Promise<T>) => {
    // Looked at before the read: what is committed in between makes the answer newer than its number, never
    // older.
    const now = change()
    if (now !== of || known.size >= KEPT) {
      known = new Map()
      of = now
    }
    const kept = known.get(key) as Promise<T> | undefined
    if (kept !== undefined) return kept
    const answer = read()
    known.set(key, answer)
    // What failed may succeed the next time.
    const map = known
    answer.catch(() => {
      map.delete(key)
    })
    return answer
  }
}
