// From where each user has signed in: there, guesses by others do not slow them down. Sessions are deleted
// after a week, and a summer is longer. IPv6 networks are added at the next sign-in.
export const SIGN_IN_NETWORKS = [
  `CREATE TABLE sign_in_networks (
    user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    network TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, network)
  ) STRICT`,
  `INSERT INTO sign_in_networks (user_id, network, last_at)
    SELECT user_id, address, max(created_at) FROM sessions
    WHERE address IS NOT NULL AND address NOT LIKE '%:%' GROUP BY user_id, address`,
]
