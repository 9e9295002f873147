// What each export read, so that a later one can say what has changed since. It is in parts of tens of
// kilobytes: no row is large, and a reader needs one part at a time. See docs/storage.md.
export const SNAPSHOTS = [
  `CREATE TABLE export_snapshots (
    export_id INTEGER NOT NULL REFERENCES exports ON DELETE CASCADE,
    part INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (export_id, part)
  ) STRICT`,
]
