// Indices for frequent queries: an owner's newest files, the bytes in use (answered from the index alone),
// and what a sweep looks for.
export const FILES = [
  'CREATE INDEX files_newest ON files (owner_type, owner_id, id)',
  'CREATE INDEX files_usage ON files (owner_type, owner_id, expires_at, size) WHERE removed_at IS NULL',
  'CREATE INDEX files_tombstones ON files (removed_at) WHERE removed_at IS NOT NULL',
]
