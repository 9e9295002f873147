// Sessions of the page, one-time links for a password, and the audit log.
export const ACCESS = [
  `CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    hash TEXT NOT NULL UNIQUE,
    address TEXT,
    user_agent TEXT,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    ended_at INTEGER
  ) STRICT`,
  'CREATE INDEX sessions_user ON sessions (user_id, id)',
  'CREATE INDEX sessions_created ON sessions (created_at)',

  `CREATE TABLE password_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER
  ) STRICT`,
  'CREATE INDEX password_links_user ON password_links (user_id)',

  // No references: an entry outlives its subject. Entries are never changed; only old ones are deleted.
  `CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
    actor_id INTEGER,
    via TEXT NOT NULL CHECK (via IN ('session', 'token', 'link', 'nobody', 'command')),
    address TEXT,
    subject TEXT
  ) STRICT`,
  'CREATE INDEX audit_log_at ON audit_log (at)',
  'CREATE INDEX audit_log_actor ON audit_log (actor_id, id)',
  `CREATE TRIGGER audit_log_is_final BEFORE UPDATE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END`,
]
