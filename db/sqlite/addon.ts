import BetterSqlite3 from 'better-sqlite3'

/**
 * Loads SQLite's native addon into this thread; otherwise the first connection would. Node aborts the process
 * if a thread is killed while an addon registers itself. So a thread that may be killed loads the addon
 * before its first task.
 */
export function loadAddon (): void {
  new BetterSqlite3(':memory:').close()
}
