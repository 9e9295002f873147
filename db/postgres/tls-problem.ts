import type { PostgresAddress } from './address.ts'

/** Codes of OpenSSL for a chain of certificates that does not end at a trusted one. */
const UNKNOWN_AUTHORITY = [
  'CERT_UNTRUSTED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_SIGNATURE_FAILURE',
]

/**
 * What is wrong with the encryption of a connection, and what to do, if that is why it failed: a phrase. To
 * wait makes no difference then.
 */
export function tlsProblem (error: unknown, { host }: Pick<PostgresAddress, 'host'>): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error ? String(error.code) : ''
  if (UNKNOWN_AUTHORITY.includes(code)) {
    return 'its certificate is not signed by an authority that sslrootcert names. ' +
      'Put the certificate of its authority into that file.'
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `its certificate is not for ${host}. ` +
      'Use a name of the certificate as the host in DATABASE_URL, or sslmode=verify-ca.'
  }
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired. Renew it on the server.'
  if (error.message === 'The server does not support SSL connections') {
    return 'it does not encrypt connections. Set "ssl = on" in postgresql.conf, or sslmode=disable.'
  }
  return undefined
}
