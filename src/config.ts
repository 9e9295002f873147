// Every setting, checked once at the start. `main.ts` hands in the environment and the flags; the result is
// frozen and passed down.
import { isIP } from 'node:net'
import { availableParallelism, totalmem } from 'node:os'
import { resolve } from 'node:path'
import { constrainedMemory } from 'node:process'
import Type, { type Static, type TProperties } from 'typebox'
import { isTimeZone } from './courses/course-time.ts'
import { allowedValues, settingValue, type SettingSchema } from './setting-values.ts'

const bytes = (value: number, description: string) =>
  Type.Integer({ minimum: 0, default: value, description })
const text = (value: string, description: string) => Type.String({ default: value, description })
const flag = (value: boolean, description: string) => Type.Boolean({ default: value, description })

/** Documents, pictures and tables; nothing that a browser would run. */
const DEFAULT_FILE_TYPES = [
  'application/pdf',
  'text/plain',
  'text/csv',
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'application/zip',
  'application/msword',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.*',
  'application/vnd.oasis.opendocument.*',
].join(',')

/** HS256 wants a key as long as its hash (RFC 7518, 3.2). */
const MIN_JWT_SECRET_BYTES = 32

/** What this machine, or the container on it, has. */
const MEMORY_BYTES = Math.min(totalmem(), constrainedMemory() || Infinity)

const settings = {
  DATA_DIR: Type.String({
    default: './data',
    minLength: 1,
    description: 'The data folder: database, files, staging.',
  }),
  CACHE_DIR: text(
    '',
    'Where the single binary unpacks itself, by flag or environment only. Default: see docs/binary.md. From a checkout it means nothing.'
  ),
  HOST: Type.String({ default: '127.0.0.1', minLength: 1, description: 'Address to listen on.' }),
  PORT: Type.Integer({
    default: 3000,
    minimum: 0,
    maximum: 65535,
    description: 'Port to listen on; 0 picks a free one.',
  }),
  PUBLIC_URL: text(
    '',
    'The address under which people reach the service, with its path if it has one. Default: that of the request.'
  ),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    description: 'What is logged, to stderr.',
  }),
  DEFAULT_TIME_ZONE: text('UTC', 'Time zone of courses whose source names none.'),
  WORKER_THREADS: Type.Integer({
    default: Math.max(1, Math.min(4, availableParallelism())),
    minimum: 1,
    maximum: 64,
    description: 'Threads that run jobs; imports have one more of their own.',
  }),
  WORKER_MEMORY_MB: Type.Integer({
    default: 512,
    minimum: 64,
    description: 'Heap of one worker thread, in MB; a job that needs more fails.',
  }),
  EXPORT_TIMEOUT_MS: Type.Integer({
    default: 600_000,
    minimum: 1000,
    description: 'How long one export may run, in ms.',
  }),
  IMPORT_TIMEOUT_MS: Type.Integer({
    default: 3_600_000,
    minimum: 1000,
    description: 'How long one import may run, in ms.',
  }),
  SHUTDOWN_GRACE_MS: Type.Integer({
    default: 10_000,
    minimum: 0,
    description: 'How long running jobs may finish at shutdown, in ms.',
  }),
  QUEUE_MAX: Type.Integer({
    default: 1000,
    minimum: 1,
    description: 'Jobs of one kind (exports, imports) that may wait; more are refused with 503.',
  }),
  IMPORT_WAITING_MAX: Type.Integer({
    default: 20,
    minimum: 1,
    description: 'Imports of one user that may wait; more are refused with 429.',
  }),
  EXPORT_RATE_MAX: Type.Integer({
    default: 1000,
    minimum: 1,
    description: 'Export requests a minute a user.',
  }),
  JOB_RETENTION_DAYS: Type.Number({
    default: 30,
    minimum: 0,
    maximum: 36_500,
    description:
      'How many days ended jobs can be looked up, with the reason of a failure; 0 is for ever. What they made stays.',
  }),
  EVENT_STREAMS_MAX: Type.Integer({
    default: 20,
    minimum: 1,
    description: 'Event streams of jobs that one user may have open at once.',
  }),
  OVERLOAD_DELAY_MS: Type.Integer({
    default: 1000,
    minimum: 0,
    description:
      'Requests are turned away with 503 while the event loop is held up for longer, in ms; 0 is never.',
  }),
  OVERLOAD_MEMORY_BYTES: bytes(
    Math.floor(MEMORY_BYTES * 0.8),
    'Requests are turned away with 503 while the process, threads included, uses more memory; 0 is never.'
  ),
  HEADERS_TIMEOUT_MS: Type.Integer({
    default: 20_000,
    minimum: 50,
    maximum: 3_600_000,
    description: 'How long a client may take to send the headers of a request, in ms.',
  }),
  REQUEST_TIMEOUT_MS: Type.Integer({
    default: 900_000,
    minimum: 50,
    maximum: 86_400_000,
    description: 'How long a client may take to send a whole request, uploads included, in ms.',
  }),
  CONNECTION_TIMEOUT_MS: Type.Integer({
    default: 120_000,
    minimum: 50,
    maximum: 3_600_000,
    description: 'A connection on which nothing moved for so long is closed, in ms.',
  }),
  BODY_MAX_BYTES: bytes(1_048_576, 'Largest body of a request, in bytes.'),
  BOOK_PAGE_MAX_BYTES: bytes(
    64 * 1024 ** 2,
    'Most bytes of one page of a performance book; a page that would be larger has fewer students and a `next_cursor`.'
  ),
  BOOKS_MAX_BYTES: bytes(
    256 * 1024 ** 2,
    'Most bytes of such pages that are being sent at once, at most half of them to one user; more are refused with 503 or 429.'
  ),
  IMPORT_MAX_BYTES: bytes(2 * 1024 ** 3, 'Most bytes that an import may unpack to.'),
  SESSION_IDLE_MINUTES: Type.Integer({
    default: 480,
    minimum: 1,
    maximum: 525_600,
    description: 'A session of the page ends when it was not used for so many minutes.',
  }),
  SESSION_MAX_HOURS: Type.Integer({
    default: 168,
    minimum: 1,
    maximum: 8760,
    description: 'A session of the page ends so many hours after sign-in in any case.',
  }),
  INVITATION_HOURS: Type.Integer({
    default: 72,
    minimum: 1,
    maximum: 8760,
    description: 'How many hours a one-time link for a password is good.',
  }),
  INVITATION_RATE_MAX: Type.Integer({
    default: 60,
    minimum: 1,
    description: 'Requests a minute from one address to use a one-time link; more get 429.',
  }),
  KNOWN_ADDRESS_DAYS: Type.Integer({
    default: 180,
    minimum: 1,
    maximum: 3650,
    description:
      'If a user has signed in from an address within this many days, password guesses by others do not slow them down there.',
  }),
  AUDIT_RETENTION_DAYS: Type.Number({
    default: 365,
    minimum: 0,
    maximum: 36_500,
    description: 'How many days the audit log reaches back; 0 is for ever.',
  }),
  AUDIT_READS: flag(false, 'The audit log also records who reads a performance book.'),
  OIDC_ISSUER: text(
    '',
    'Single sign-on: the address of the OpenID Connect provider, such as https://accounts.google.com.'
  ),
  OIDC_CLIENT_ID: text('', 'The id that the provider has given to this service.'),
  OIDC_CLIENT_SECRET: text('', 'The secret that goes with it.'),
  OIDC_NAME: text(
    '',
    'What the button of single sign-on calls the provider. Default: the host of OIDC_ISSUER.'
  ),
  OIDC_TRUST_EMAIL: flag(
    false,
    'Takes the e-mails of a provider that never says whether they are verified. Only for a provider where nobody can choose his own.'
  ),
  JWT_SECRET: text(
    '',
    'Tokens of an embedding application, signed with HS256: the secret, at least 32 bytes.'
  ),
  JWT_JWKS_URL: text(
    '',
    'Tokens of an embedding application, signed with its private key: the address of its public keys.'
  ),
  JWT_AUDIENCE: text('', 'What such a token must name as its audience (`aud`).'),
  JWT_ISSUER: text('', 'What such a token must name as its issuer (`iss`).'),
  JWT_USER_CLAIM: text('email', 'The claim of such a token that holds the e-mail of its user.'),
  JWT_MAX_HOURS: Type.Number({
    default: 24,
    minimum: 0.01,
    maximum: 8760,
    description: 'Such a token is refused if it expires more than this many hours from now.',
  }),
  SMTP_URL: text('', 'Sends one-time links by e-mail: smtp://user:password@host:587, or smtps://.'),
  MAIL_FROM: text('', 'The sender of these e-mails: Perfbook <perfbook@school.example>.'),
  CORS_ORIGINS: text(
    '',
    'Origins of other front ends that may call the API with a token, separated by commas.'
  ),
  TRUST_PROXY: text(
    '',
    'Addresses of reverse proxies whose X-Forwarded-* headers are believed, separated by commas (`127.0.0.1`, `10.0.0.0/8`, `loopback`), or `true` for all.'
  ),
  API_DOCS: Type.Enum(['public', 'staff', 'off'], {
    default: 'public',
    description:
      'Who may read /api/docs and /api/openapi.json: anyone, signed-in teachers and administrators, or no one.',
  }),
  FILE_ACCESS: Type.Enum(['link', 'session'], {
    default: 'link',
    description:
      "`link`: whoever has a file's link may download it. `session`: only a teacher of its course or an administrator.",
  }),
  OWNER_QUOTA_BYTES: bytes(0, 'Most bytes of files of one owner (a course); 0 is no limit.'),
  TOTAL_QUOTA_BYTES: bytes(0, 'Most bytes of files in all; 0 is no limit.'),
  DELETE_OLDEST_EXPORTS: flag(
    false,
    'Where a quota leaves no room for an export, the oldest exports are deleted instead of refusing it.'
  ),
  EXPORT_RETENTION_DAYS: Type.Number({
    default: 0,
    minimum: 0,
    maximum: 36_500,
    description: 'Exports expire after so many days; 0 is never.',
  }),
  KEEP_LATEST_EXPORT: flag(true, 'The newest export of a course does not expire until there is a newer one.'),
  TOMBSTONE_DAYS: Type.Number({
    default: 90,
    minimum: 0,
    maximum: 36_500,
    description: 'How many days the address of an expired file says so, before it is unknown.',
  }),
  FILE_SWEEP_MINUTES: Type.Number({
    default: 60,
    minimum: 0,
    maximum: 35_000,
    description: 'Expired files are looked for this often, in minutes; 0 is never.',
  }),
  FILE_MAX_BYTES: bytes(100 * 1024 ** 2, 'Largest file that may be uploaded to a course, in bytes.'),
  FILE_TYPES_ALLOWED: text(
    DEFAULT_FILE_TYPES,
    'Media types of files that may be uploaded, separated by commas; `image/*` is any image, `*/*` anything.'
  ),
  UPLOADS_MAX: Type.Integer({
    default: 20,
    minimum: 1,
    description: 'Uploads that one user may have in progress at once.',
  }),
  UPLOADS_MAX_BYTES: bytes(
    4 * 1024 ** 3,
    "Most bytes of one user's uploads in progress together; a single upload may be larger."
  ),
  MIN_FREE_BYTES: bytes(
    256 * 1024 ** 2,
    'Free disk space to keep: below it, new exports, imports and uploads are refused, and uploads in progress fail; an import that has started may use half of it.'
  ),
  METRICS_TOKEN: text('', "A token with which /metrics may be read, besides an administrator's."),
} satisfies TProperties

type Values = { [Name in keyof typeof settings]: Static<(typeof settings)[Name]> }

export type Config = Readonly<Values> & {
  readonly databaseFile: string,
  readonly filesFolder: string,
  readonly stagingFolder: string,
  readonly quarantineFolder: string,
  /** Holds the key that signs cookies; for its owner only. */
  readonly secretFile: string,
  readonly fileTypes: readonly string[],
  readonly corsOrigins: readonly string[],
  /** Whose X-Forwarded-* headers are believed: everybody's, nobody's, or those of these addresses. */
  readonly trustProxy: boolean | string[],
}

/** The settings themselves, for flags and documentation: name, JSON Schema with default and description. */
export const SETTINGS = settings as Readonly<Record<string, SettingSchema>>

const DEFAULTS = Object.fromEntries(
  Object.entries(SETTINGS).map(([name, { default: value }]) => [name, value])
) as Values

/** Settings that cannot be used; one sentence for each. */
export class ConfigError extends Error {
  constructor (problems: string[]) {
    super(`These settings are wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
  }
}

/**
 * Checks all settings. An empty value counts as not given. Throws ConfigError, which names every wrong one,
 * and with them what was found to be wrong with a file of settings.
 */
export function readConfig (
  env: Readonly<Record<string, string | undefined>>,
  wrongInFile: readonly string[] = []
): Config {
  const values = { ...DEFAULTS }
  const problems = [...wrongInFile]
  for (const [name, schema] of Object.entries(SETTINGS)) {
    const text = env[name] ?? ''
    if (text === '') continue
    const value = settingValue(schema, text)
    // What is wrong with the others is said as well.
    if (value === undefined) problems.push(`${name}=${text}: must be ${allowedValues(schema)}`)
    else Object.assign(values, { [name]: value })
  }
  if (!isTimeZone(values.DEFAULT_TIME_ZONE)) {
    problems.push(
      `DEFAULT_TIME_ZONE=${values.DEFAULT_TIME_ZONE}: is not a time zone; write it like Europe/Berlin`
    )
  }
  if (values.PUBLIC_URL !== '' && !isWebAddress(values.PUBLIC_URL)) {
    problems.push(`PUBLIC_URL=${values.PUBLIC_URL}: must be an http:// or https:// address without query`)
  }
  const fileTypes = values.FILE_TYPES_ALLOWED.toLowerCase().split(',').map((type) => type.trim()).filter((
    type
  ) => type !== '')
  for (const type of fileTypes) {
    if (!/^[a-z0-9.+-]+\/[a-z0-9.+-]*\*?$|^\*\/\*$/.test(type)) {
      problems.push(
        `FILE_TYPES_ALLOWED: ${type} is not a media type; write it like application/pdf or image/*`
      )
    }
  }
  const corsOrigins = values.CORS_ORIGINS.split(',').map((origin) => origin.trim()).filter((origin) =>
    origin !== ''
  )
  for (const origin of corsOrigins) {
    if (!isWebAddress(origin) || new URL(origin).origin !== origin) {
      problems.push(`CORS_ORIGINS: ${origin} is not an origin; write it like https://school.example`)
    }
  }
  const proxies = ['', 'true', 'false'].includes(values.TRUST_PROXY)
    ? []
    : values.TRUST_PROXY.split(',').map((address) => address.trim())
  for (const address of proxies) {
    if (!isProxyAddress(address)) {
      problems.push(
        `TRUST_PROXY: ${address} is no address; write it like 127.0.0.1, 10.0.0.0/8 or loopback, or true for all`
      )
    }
  }
  problems.push(...identityProblems(values))
  if (problems.length > 0) throw new ConfigError(problems)
  const folder = resolve(values.DATA_DIR)
  return Object.freeze({
    ...values,
    PUBLIC_URL: withoutSlashes(values.PUBLIC_URL),
    DATA_DIR: folder,
    databaseFile: resolve(folder, 'perfbook.sqlite'),
    filesFolder: resolve(folder, 'files'),
    stagingFolder: resolve(folder, 'staging'),
    quarantineFolder: resolve(folder, 'quarantine'),
    secretFile: resolve(folder, 'cookie.secret'),
    fileTypes,
    corsOrigins,
    trustProxy: proxies.length > 0 ? proxies : values.TRUST_PROXY === 'true',
  })
}

/**
 * What is wrong with the settings of single sign-on, of an application's tokens and of mail. A secret's value
 * is never shown.
 */
function identityProblems (values: Values): string[] {
  const problems: string[] = []
  const need = (names: Array<keyof typeof values>, because: string) => {
    for (const name of names) {
      if (values[name] === '') problems.push(`${name}: is missing; ${because} needs it`)
    }
  }
  const closed = (name: 'OIDC_ISSUER' | 'JWT_JWKS_URL') => {
    if (values[name] !== '' && !isClosedAddress(values[name])) {
      problems.push(`${name}=${values[name]}: must be an https:// address (http:// only on localhost)`)
    }
  }
  const oidc = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const
  if (oidc.some((name) => values[name] !== '')) need([...oidc], 'single sign-on')
  closed('OIDC_ISSUER')
  if (values.JWT_SECRET !== '' && values.JWT_JWKS_URL !== '') {
    problems.push('JWT_SECRET, JWT_JWKS_URL: set one of them, not both')
  }
  for (const name of ['JWT_SECRET', 'JWT_JWKS_URL'] as const) {
    if (values[name] !== '') need(['JWT_AUDIENCE', 'JWT_ISSUER'], name)
  }
  if (values.JWT_SECRET !== '' && Buffer.byteLength(values.JWT_SECRET) < MIN_JWT_SECRET_BYTES) {
    problems.push(`JWT_SECRET: is too short; at least ${MIN_JWT_SECRET_BYTES} bytes`)
  }
  closed('JWT_JWKS_URL')
  if (values.SMTP_URL !== '') need(['MAIL_FROM'], 'SMTP_URL')
  if (values.SMTP_URL !== '' && !/^smtps?:$/.test(URL.parse(values.SMTP_URL)?.protocol ?? '')) {
    problems.push('SMTP_URL: must be like smtp://user:password@host:587')
  }
  if (/[\r\n]/.test(values.MAIL_FROM)) problems.push('MAIL_FROM: must be one line')
  return problems
}

/** Over HTTPS; over plain HTTP only to this machine itself, as a test has it. */
function isClosedAddress (value: string): boolean {
  const url = URL.parse(value)
  return url !== null &&
    (url.protocol === 'https:' ||
      (url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)))
}

/** As @fastify/proxy-addr, which judges by it, takes them. */
function isProxyAddress (text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
  const [address = '', prefix, ...rest] = text.split('/')
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)]!
  return bits > 0 && rest.length === 0 &&
    (prefix === undefined || (/^[1-9]\d*$/.test(prefix) && Number(prefix) <= bits))
}

function withoutSlashes (address: string): string {
  let end = address.length
  while (address[end - 1] === '/') end--
  return address.slice(0, end)
}

function isWebAddress (value: string): boolean {
  const url = URL.parse(value)
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.search === '' &&
    url.hash === ''
}
