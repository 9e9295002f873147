import { getCACertificates } from 'node:tls'
import type { ClientConfig } from 'pg'
import type { PostgresAddress } from './address.ts'

/** What `pg` wants to connect to an address. */
export function clientOptions ({ ssl, password, ...address }: PostgresAddress): ClientConfig {
  return {
    ...address,
    // A function: without a text, `pg` would look in the environment and in files.
    password: () => password ?? '',
    ssl: ssl === false
      ? false
      : {
          rejectUnauthorized: ssl.rejectUnauthorized,
          ...(ssl.ca === undefined ? {} : { ca: ssl.ca === 'system' ? getCACertificates('system') : ssl.ca }),
          ...(ssl.checkIdentity ? {} : { checkServerIdentity: () => undefined }),
        },
  }
}
