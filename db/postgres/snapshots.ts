// The step `0017_snapshots`, as in `db/migrations/0017-snapshots.ts`. EXTERNAL, because the bytes are already
// compressed.
export const SNAPSHOTS = [
  `CREATE TABLE export_snapshots (
    export_id BIGINT NOT NULL REFERENCES exports ON DELETE CASCADE,
    part INTEGER NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (export_id, part)
  )`,
  'ALTER TABLE export_snapshots ALTER COLUMN bytes SET STORAGE EXTERNAL',
]
