// What is left of an erased person: keyed hashes of their identifiers, so that a later import can leave them
// out. The key is created at the first erasure. AUTOINCREMENT: an import that is under way notices each
// erasure by a new number.
export const ERASED_PEOPLE = [
  `CREATE TABLE erasure_keys (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    secret TEXT NOT NULL
  ) STRICT`,
  `CREATE TABLE erased_people (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT NOT NULL UNIQUE,
    erased_at INTEGER NOT NULL
  ) STRICT`,
]
