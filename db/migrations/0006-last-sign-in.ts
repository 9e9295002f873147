// When a user last signed in. Sessions are deleted after a week, and an account that was not used for a year
// should be visible.
export const LAST_SIGN_IN = [
  'ALTER TABLE users ADD COLUMN last_sign_in_at INTEGER',
  'UPDATE users SET last_sign_in_at = (SELECT max(created_at) FROM sessions WHERE sessions.user_id = users.id)',
]
