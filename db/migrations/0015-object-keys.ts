// Where an object store has the bytes of a file. Bytes without a row may wait there after their deletion, so
// their note says when that was. The installation names the database in the store, and when the store was
// last searched for what no row knows.
export const OBJECT_KEYS = [
  'ALTER TABLE files ADD COLUMN object_key TEXT',
  'CREATE UNIQUE INDEX files_object ON files (object_key) WHERE object_key IS NOT NULL',
  'ALTER TABLE file_intents ADD COLUMN object_key TEXT',
  'ALTER TABLE file_intents ADD COLUMN deleted_at INTEGER',
  `CREATE TABLE installation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL,
    store_swept_at INTEGER NOT NULL DEFAULT 0
  ) STRICT`,
]
