// The address of a PostgreSQL database, as libpq reads it
// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS). node-postgres reads the
// same text differently, so it gets the parts and never the text.
import { readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { DomainError, hasCode } from '../../src/errors.ts'

/** A plain value: it passes between threads. `postgresOptions` makes of it what `pg` wants. */
export interface PostgresAddress {
  /** Name, IP address, or the folder of a Unix socket. */
  host: string
  port: number
  user: string
  /** Undefined where the server asks for none. */
  password: string | undefined
  database: string
  ssl: false | PostgresTls
  /** Settings of the session: `-c search_path=perfbook`. */
  options?: string
  application_name?: string
}

/** What is checked of the certificate of the server. */
export interface PostgresTls {
  /** Whether an authority must have signed it. False: the connection is encrypted, to anyone. */
  rejectUnauthorized: boolean
  /** Certificates of authorities (PEM), or `system` for those of this machine. */
  ca?: string
  /** Whether it must name the host of the address. */
  checkIdentity: boolean
}

/** What is missing from an address, and where certificates are. */
interface AddressDefaults {
  /** PGPASSWORD. */
  password?: string | undefined
  /** Default: the certificates that libpq looks for, in the home folder of the user. */
  rootCertificates?: string
}

/** An address, or a phrase that says what is wrong with it; it never shows what may be a password. */
export type ParsedAddress = { address: PostgresAddress } | { problem: string }

const DEFAULT_PORT = 5432
const FORM = 'postgres://user:password@host:5432/name'
const PARAMETERS = [
  'application_name', 'dbname', 'host', 'options', 'password', 'port', 'sslmode', 'sslrootcert', 'user',
]
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full']
/** User and password end at the first @, and must not hold a slash unless it is encoded; as in libpq. */
const ADDRESS = /^postgres(?:ql)?:\/\/(?:([^@/]*)@)?(\[[^\]/]*\]|[^@:/?[\]]*)(?::(\d*))?(?:\/([^?]*))?(?:\?(.*))?$/

/** Reads the address of a database. Reads the file that `sslrootcert` names. */
export function parseAddress (text: string, defaults: AddressDefaults = {}): ParsedAddress {
  try {
    return { address: addressOf(text, defaults) }
  } catch (error) {
    if (hasCode(error, 'INVALID_SETTINGS')) return { problem: error.message }
    throw error
  }
}

/** The address as it may be shown: without its password. */
export function shownAddress ({ host, port, user, database }: PostgresAddress): string {
  const name = `${encodeURIComponent(user)}@`
  if (host.startsWith('/')) {
    const folder = encodeURIComponent(host).replaceAll('%2F', '/')
    const ofPort = port === DEFAULT_PORT ? '' : `&port=${port}`
    return `postgres://${name}/${encodeURIComponent(database)}?host=${folder}${ofPort}`
  }
  return `postgres://${name}${host.includes(':') ? `[${host}]` : host}:${port}/${encodeURIComponent(database)}`
}

/** Becomes the `problem`. */
function refused (detail: string): DomainError { return new DomainError('INVALID_SETTINGS', { detail }) }

function addressOf (text: string, defaults: AddressDefaults): PostgresAddress {
  const parts = ADDRESS.exec(text)
  if (parts === null) {
    throw refused(
      `must be like ${FORM}; in the user and the password, write / as %2F, @ as %40 and % as %25`
    )
  }
  const [, credentials = '', inHost = '', inPort = '', inPath = '', query = ''] = parts
  const colon = credentials.indexOf(':')
  const given = parametersOf(query)
  const host = given.get('host') ?? decoded(inHost.replace(/^\[|\]$/g, ''), 'the host')
  const user = given.get('user') ||
    decoded(colon === -1 ? credentials : credentials.slice(0, colon), 'the user') || systemUser()
  const password = given.get('password') ||
    (colon === -1 ? '' : decoded(credentials.slice(colon + 1), 'the password')) || defaults.password
  if (host === '') throw refused('names no host; for a Unix socket, add ?host=/var/run/postgresql')
  if (host.includes(',')) throw refused('names several hosts; name one that leads to the primary server')
  const isSocket = host.startsWith('/')
  return {
    host,
    port: portOf(given.get('port') ?? inPort),
    user,
    password: password === '' ? undefined : password,
    database: given.get('dbname') || decoded(inPath, 'the name of the database') || user,
    // As in libpq: nothing to encrypt on this machine's own socket.
    ssl: isSocket ? false : tlsOf(given, defaults),
    ...optional(given, 'options'),
    ...optional(given, 'application_name'),
  }
}

function optional<Name extends 'options' | 'application_name'> (
  given: ReadonlyMap<string, string>,
  name: Name
): Partial<Record<Name, string>> {
  const value = given.get(name) ?? ''
  return value === '' ? {} : { [name]: value } as Record<Name, string>
}

function parametersOf (query: string): ReadonlyMap<string, string> {
  const given = new Map<string, string>()
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const [name = '', ...value] = pair.split('=')
    if (!PARAMETERS.includes(name)) {
      throw refused(`a parameter is not one of ${PARAMETERS.join(', ')}`)
    }
    given.set(name, decoded(value.join('='), name))
  }
  return given
}

function portOf (text: string): number {
  const port = text === '' ? DEFAULT_PORT : Number(text)
  if (/^\d*$/.test(text) && port >= 1 && port <= 65_535) return port
  throw refused('its port must be a number from 1 to 65535')
}

/** The meaning of libpq's parameters (https://www.postgresql.org/docs/current/libpq-ssl.html). */
function tlsOf (given: ReadonlyMap<string, string>, defaults: AddressDefaults): false | PostgresTls {
  const mode = given.get('sslmode') || 'disable'
  const file = given.get('sslrootcert') ?? ''
  // libpq would continue without encryption if the server has none, which protects nothing.
  if (!SSL_MODES.includes(mode)) throw refused(`its sslmode must be one of ${SSL_MODES.join(', ')}`)
  if (mode === 'disable') return false
  if (file === 'system') {
    if (mode !== 'verify-full') throw refused('sslrootcert=system needs sslmode=verify-full')
    return { rejectUnauthorized: true, ca: 'system', checkIdentity: true }
  }
  const ca = rootCertificates(file, defaults)
  const checkIdentity = mode === 'verify-full'
  if (ca !== undefined) return { rejectUnauthorized: true, ca, checkIdentity }
  if (mode === 'require') return { rejectUnauthorized: false, checkIdentity }
  throw refused(
    `sslmode=${mode} needs sslrootcert: a file with the certificates of the authorities that are trusted` +
    (checkIdentity ? ', or "system" for those of this machine' : '')
  )
}

/** The certificates of a named file, or of the file that libpq reads where none is named. */
function rootCertificates (file: string, defaults: AddressDefaults): string | undefined {
  const path = file === '' ? defaults.rootCertificates ?? join(homedir(), '.postgresql/root.crt') : file
  try {
    const text = readFileSync(path, 'utf8')
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (file === '' && (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES')) return undefined
    throw refused(`the file of sslrootcert cannot be read: ${(error as Error).message}`)
  }
  throw refused(`the file of sslrootcert, ${path}, holds no certificate in PEM format`)
}

function decoded (text: string, what: string): string {
  try {
    const value = decodeURIComponent(text)
    if (!value.includes('\0')) return value
  } catch {
    // An incomplete % sequence.
  }
  throw refused(`${what} has a % that encodes no character; write % itself as %25`)
}

/** Who the operating system says that we are; libpq's default. */
function systemUser (): string {
  try {
    return userInfo().username
  } catch {
    throw refused('names no user')
  }
}
