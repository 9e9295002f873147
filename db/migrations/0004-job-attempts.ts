// Why a job needed more than one attempt; and indices for the estimates and for the removal of old jobs.
export const JOB_ATTEMPTS = [
  `CREATE TABLE job_attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    token INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    outcome TEXT CHECK (outcome IN ('succeeded', 'failed', 'canceled', 'stopped', 'died')),
    error_code TEXT,
    error_message TEXT,
    UNIQUE (job_id, token)
  ) STRICT`,
  "CREATE INDEX jobs_succeeded ON jobs (kind, owner_type, owner_id, id) WHERE state = 'succeeded'",
  "CREATE INDEX jobs_succeeded_kind ON jobs (kind, id) WHERE state = 'succeeded'",
  'CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL',
]
