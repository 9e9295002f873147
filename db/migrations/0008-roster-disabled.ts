// Which accounts a roster may disable: those of people whom a roster had when the account was created. For
// existing accounts this is unknown; those of people who teach a course count as such.
export const ROSTER_DISABLED = [
  'ALTER TABLE users ADD COLUMN is_from_roster INTEGER NOT NULL DEFAULT 0',
  'ALTER TABLE users ADD COLUMN roster_disabled_by TEXT',
  `UPDATE users SET is_from_roster = 1
    WHERE origin = 'roster' OR email_key IN (
      SELECT email_key FROM course_teachers WHERE email_key IS NOT NULL)`,
]
