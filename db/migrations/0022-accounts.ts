// The link with which the first administrator makes their account, and the school that they name.

/** `id`: the type of times. */
export function accountTables (id: string, strict: string): string[] {
  return [
    // One row at most.
    `CREATE TABLE setup (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      school TEXT,
      link_hash TEXT,
      link_expires_at ${id}
    )${strict}`,
  ]
}

export const ACCOUNTS = accountTables('INTEGER', ' STRICT')
