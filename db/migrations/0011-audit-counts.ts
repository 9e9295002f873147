// Repeats of one entry within a minute are one row: how often it happened.
export const AUDIT_COUNTS = [
  'ALTER TABLE audit_log ADD COLUMN "count" INTEGER NOT NULL DEFAULT 1 CHECK ("count" > 0)',
]
