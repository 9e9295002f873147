// When somebody signed in last: sessions are gone after a week, and an account that nobody has used for a year should be seen.
export const LAST_SIGN_IN = [
  'ALTER TABLE users ADD COLUMN last_sign_in_at INTEGER',
  'UPDATE users SET last_sign_in_at = (SELECT max(created_at) FROM sessions WHERE sessions.user_id = users.id)',
]
