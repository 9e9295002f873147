// SQLite under Kysely, twice: a writer and a reader. better-sqlite3 answers on the calling thread, so a lock
// that somebody else holds (an import in another thread or process) must never be waited for inside SQLite:
// that would stop the server.
import { setTimeout as delay } from 'node:timers/promises'
import BetterSqlite3, { type Database as Sqlite, type Statement } from 'better-sqlite3'
import {
  CompiledQuery,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type SqliteDialectConfig,
  type SqliteStatement,
} from 'kysely'
import { isBusy } from '../failures.ts'

export type SqliteConnection = Sqlite

/** Opens a file with the settings of all our connections. Throws errors of better-sqlite3. */
export function connect (file: string, options: { readonly?: boolean, busyTimeoutMs?: number } = {}): Sqlite {
  const sqlite = new BetterSqlite3(file, {
    readonly: options.readonly ?? false,
    fileMustExist: options.readonly ?? false,
    // Creating the file and switching it to WAL needs the lock for a moment. Two first starts at the same
    // time wait for each other.
    timeout: 5000,
  })
  if (!sqlite.readonly) {
    sqlite.pragma('journal_mode = WAL')
    sqlite.pragma('synchronous = FULL')
    // Deleted names and scores are overwritten with zeros: they must not survive in unused pages.
    sqlite.pragma('secure_delete = ON')
  }
  sqlite.pragma('foreign_keys = ON')
  sqlite.pragma(`busy_timeout = ${options.busyTimeoutMs ?? 0}`)
  return sqlite
}

interface TransactionOptions {
  /**
   * How long a transaction waits for the write lock of another connection, without blocking the thread, ms.
   */
  lockTimeoutMs: number
  /** `begin immediate` takes the write lock at once. `begin` takes none, for transactions that only read. */
  begin: 'begin' | 'begin immediate'
}

/** Kysely over a connection. */
export function kyselyOver<T> (
  sqlite: Sqlite,
  { lockTimeoutMs = 0, begin = 'begin immediate' }: Partial<TransactionOptions> = {}
): Kysely<T> {
  const prepare = preparedOnce(sqlite)
  // Kysely prepares a statement each time it is run, which costs more than running a small one.
  const database = {
    prepare: (text: string) => prepare(text) as SqliteStatement,
    close () {
      sqlite.close()
    },
  }
  return new Kysely<T>({
    dialect: new WaitingDialect({ database }, {
      lockTimeoutMs,
      begin,
      isInTransaction: () => sqlite.inTransaction,
    }),
  })
}

/** Few statements are used often. SQLite prepares a statement again by itself when the schema has changed. */
const STATEMENTS_KEPT = 200

/**
 * Prepares each statement once. V8 sees a few bytes of a statement while SQLite holds about ten thousand for
 * it, so unused statements would fill hundreds of megabytes before the garbage collector finds it worthwhile
 * to run.
 */
export function preparedOnce (sqlite: Sqlite): (text: string) => Statement {
  const kept = new Map<string, Statement>()
  return (text) => {
    const known = kept.get(text)
    // A statement that is being iterated can do nothing else.
    if (known?.busy === true) return sqlite.prepare(text)
    const statement = known ?? sqlite.prepare(text)
    // The least recently used statement is dropped first.
    kept.delete(text)
    kept.set(text, statement)
    const [oldest] = kept.keys()
    if (kept.size > STATEMENTS_KEPT && oldest !== undefined) kept.delete(oldest)
    return statement
  }
}

interface DriverOptions extends TransactionOptions {
  isInTransaction: () => boolean
}

class WaitingDialect extends SqliteDialect implements Dialect {
  readonly #config: SqliteDialectConfig
  readonly #options: DriverOptions
  constructor (config: SqliteDialectConfig, options: DriverOptions) {
    super(config)
    this.#config = config
    this.#options = options
  }

  override createDriver (): Driver {
    return new WaitingDriver(this.#config, this.#options)
  }

  override createAdapter (): SqliteAdapter {
    return new TransactionalAdapter()
  }
}

/**
 * SQLite can roll back DDL like everything else. Kysely's own adapter does not rely on that in migrations.
 */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl (): boolean {
    return true
  }
}

class WaitingDriver extends SqliteDriver {
  readonly #options: DriverOptions
  constructor (config: SqliteDialectConfig, options: DriverOptions) {
    super(config)
    this.#options = options
  }

  /**
   * SQLite has already rolled back if the disk is full or fails
   * (https://www.sqlite.org/lang_transaction.html, 3): a second ROLLBACK would be an error that hides the
   * first one.
   */
  override async rollbackTransaction (connection: DatabaseConnection): Promise<void> {
    if (this.#options.isInTransaction()) await super.rollbackTransaction(connection)
  }

  override async beginTransaction (connection: DatabaseConnection): Promise<void> {
    const deadline = performance.now() + this.#options.lockTimeoutMs
    for (;;) {
      try {
        await connection.executeQuery(CompiledQuery.raw(this.#options.begin))
        return
      } catch (error) {
        if (!isBusy(error) || performance.now() >= deadline) throw error
        await delay(4)
      }
    }
  }
}

/**
 * Opens a file as it is, in rollback-journal mode, without waiting for a lock: for `folder-lock.ts` and the
 * staging of imports.
 */
export function connectPlain (file: string): Sqlite {
  return new BetterSqlite3(file, { timeout: 0 })
}
