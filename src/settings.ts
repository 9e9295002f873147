// Every setting: name, type, default, limits, description. Flags, checks and docs/configuration.md come from
// this list.
import { availableParallelism, totalmem } from 'node:os'
import { constrainedMemory } from 'node:process'
import Type, { type Static, type TProperties } from 'typebox'
import type { SettingSchema } from './setting-values.ts'

/** Documents, images and tables; nothing that a browser would run. */
const DEFAULT_FILE_TYPES = [
  'application/pdf', 'text/plain', 'text/csv', 'image/png', 'image/jpeg', 'image/gif', 'image/webp',
  'application/zip', 'application/msword', 'application/vnd.ms-excel', 'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.*', 'application/vnd.oasis.opendocument.*',
].join(',')

const MIB = 1024 ** 2
const GIB = 1024 ** 3
/** Memory of this machine, or of the container, in bytes. */
const MEMORY_BYTES = Math.min(totalmem(), constrainedMemory() || Infinity)

interface Limits {
  default: number
  minimum?: number
  maximum?: number
}

const text = (value: string, description: string) => Type.String({ default: value, description })
const requiredText = (value: string, description: string) =>
  Type.String({ default: value, minLength: 1, description })
const flag = (value: boolean, description: string) => Type.Boolean({ default: value, description })
const integer = (limits: Limits, description: string) => Type.Integer({ ...limits, description })
const number = (limits: Limits, description: string) => Type.Number({ ...limits, description })
const bytes = (value: number, description: string) => integer({ default: value, minimum: 0 }, description)

const settings = {
  DATA_DIR: requiredText('./data', 'Data folder: database, files, staging.'),
  DATABASE_URL: text(
    '',
    'PostgreSQL, version 15 or newer, instead of SQLite in the data folder: ' +
    'postgres://user:password@host:5432/name. Parameters as in libpq: `sslmode` (disable, require, ' +
    'verify-ca, verify-full; default: disable), `sslrootcert`, `host` (folder of a Unix socket), ' +
    '`application_name`, `options`. The password may come from the variable PGPASSWORD. Needs PUBLIC_URL.'
  ),
  DATABASE_URL_FILE: text('', 'File that contains DATABASE_URL, to keep it out of the environment.'),
  DATABASE_DIRECT_URL: text(
    '',
    'Address of the server itself, if DATABASE_URL leads to a pooler (PgBouncer). Each node opens up to ' +
    'two connections to it. Default: DATABASE_URL.'
  ),
  DATABASE_POOL: integer(
    { default: 16, minimum: 8, maximum: 1000 },
    'Maximum number of connections from one node to PostgreSQL, at least WORKER_THREADS plus 8. The total ' +
    'of all nodes must stay below its `max_connections`.'
  ),
  START_WAIT_SECONDS: number(
    { default: 60, minimum: 0, maximum: 3600 },
    'How long a starting service waits for PostgreSQL to respond, in seconds.'
  ),
  NODE_NAME: text(
    '',
    'Name of this node, different for each node of a database. Shown in the log, in metrics and in the ' +
    'list of nodes. Letters, digits, `.`, `_` and `-`. Default: the host name and a random suffix.'
  ),
  NODE_ROLE: Type.Enum(['all', 'web', 'worker'], {
    default: 'all',
    description: '`web`: this node answers requests and runs no jobs. `worker`: it runs jobs and answers ' +
      'only /healthz, /readyz and /metrics. Needs DATABASE_URL.',
  }),
  CACHE_DIR: text(
    '',
    'Folder that the single binary unpacks itself into; only as a flag or in the environment. ' +
    'Default: see docs/binary.md. Ignored when run from a checkout.'
  ),
  HOST: requiredText('127.0.0.1', 'Address to listen on.'),
  PORT: integer({ default: 3000, minimum: 0, maximum: 65_535 }, 'Port to listen on; 0 picks a free port.'),
  PUBLIC_URL: text(
    '',
    'Public address of the service, including its path if it has one. Default: the address of each request.'
  ),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    description: 'Lowest level that is logged to stderr.',
  }),
  DEFAULT_TIME_ZONE: text('UTC', 'Time zone of courses whose source does not name one.'),
  WORKER_THREADS: integer(
    { default: Math.max(1, Math.min(4, availableParallelism())), minimum: 1, maximum: 64 },
    'Threads that run jobs. Imports have one additional thread.'
  ),
  WORKER_MEMORY_MB: integer(
    { default: 512, minimum: 64 },
    'Heap of one worker thread, in MB; a job that needs more fails.'
  ),
  EXPORT_TIMEOUT_MS: integer({ default: 600_000, minimum: 1000 }, 'Time limit of one export, in ms.'),
  IMPORT_TIMEOUT_MS: integer({ default: 3_600_000, minimum: 1000 }, 'Time limit of one import, in ms.'),
  SHUTDOWN_GRACE_MS: integer(
    { default: 10_000, minimum: 0 },
    'Time that running jobs get to finish at shutdown, in ms.'
  ),
  SHUTDOWN_DRAIN_MS: integer(
    { default: 10_000, minimum: 0, maximum: 600_000 },
    'With PostgreSQL and an object store: how long a stopping node keeps answering requests, in ms. ' +
    'Meanwhile, /readyz returns 503 and each response closes its connection, so that proxies switch to ' +
    'other nodes.'
  ),
  QUEUE_MAX: integer(
    { default: 1000, minimum: 1 },
    'Waiting jobs of one kind (exports, imports); above this, new ones are refused with 503.'
  ),
  IMPORT_WAITING_MAX: integer(
    { default: 20, minimum: 1 },
    'Waiting imports of one user; above this, new ones are refused with 429.'
  ),
  EXPORT_RATE_MAX: integer({ default: 1000, minimum: 1 }, 'Export requests per minute and user.'),
  PAPER: Type.Enum(['auto', 'letter', 'a4'], {
    default: 'auto',
    description: 'Paper size of workbooks. `auto`: Letter if the time zone of the course is in ' +
      'North America (including Hawaii) or the Philippines, else A4.',
  }),
  REPORT_FONT: text(
    '',
    'Font file (.ttf, .otf) for reports as PDF; empty: the built-in one, with Latin, Greek, Cyrillic, ' +
    'Hebrew and Arabic.'
  ),
  IMPORT_UNDO_DAYS: number(
    { default: 30, minimum: 1, maximum: 3650 },
    'Days during which an import can be undone. Until then, what it changed is kept as it was before.'
  ),
  JOB_RETENTION_DAYS: number(
    { default: 30, minimum: 0, maximum: 36_500 },
    'Days that ended jobs, with the reason of a failure, are kept; 0 keeps them forever. ' +
    'The files that they made stay.'
  ),
  EVENT_STREAMS_MAX: integer(
    { default: 20, minimum: 1 },
    'Event streams of jobs that one user may have open at once.'
  ),
  OVERLOAD_DELAY_MS: integer(
    { default: 1000, minimum: 0 },
    'Requests are refused with 503 while the event loop is delayed by more than this, in ms; ' +
    '0 turns this off.'
  ),
  OVERLOAD_MEMORY_BYTES: bytes(
    Math.floor(MEMORY_BYTES * 0.8),
    'Requests are refused with 503 while the process, including its threads, uses more memory; ' +
    '0 turns this off.'
  ),
  HEADERS_TIMEOUT_MS: integer(
    { default: 20_000, minimum: 50, maximum: 3_600_000 },
    'Time that a client has to send the headers of a request, in ms.'
  ),
  REQUEST_TIMEOUT_MS: integer(
    { default: 900_000, minimum: 50, maximum: 86_400_000 },
    'Time that a client has to send a whole request, including uploads, in ms.'
  ),
  CONNECTION_TIMEOUT_MS: integer(
    { default: 120_000, minimum: 50, maximum: 3_600_000 },
    'A connection without traffic for this long is closed, in ms.'
  ),
  BODY_MAX_BYTES: bytes(1_048_576, 'Largest request body, in bytes.'),
  BOOK_PAGE_MAX_BYTES: bytes(
    64 * MIB,
    'Largest page of a performance book, in bytes; a page that would be larger has fewer students and a ' +
    '`next_cursor`.'
  ),
  BOOKS_MAX_BYTES: bytes(
    256 * MIB,
    'Bytes of such pages that are sent at once, at most half of them to one user; above this, requests are ' +
    'refused with 503 or 429.'
  ),
  IMPORT_MAX_BYTES: bytes(2 * GIB, 'Largest unpacked size of an import, in bytes.'),
  FILL_IN_MAX_BYTES: bytes(
    50_000_000, "Largest unpacked size of an office's table that is filled in, in bytes."
  ),
  SESSION_IDLE_MINUTES: integer(
    { default: 480, minimum: 1, maximum: 525_600 },
    'A session of the page ends when it is not used for this many minutes.'
  ),
  SESSION_MAX_HOURS: integer(
    { default: 168, minimum: 1, maximum: 8760 },
    'A session of the page ends this many hours after sign-in, even if it is used.'
  ),
  COOKIE_SECRET_FILE: text(
    '',
    'File with the key that signs the cookies of sessions, at least 32 characters in one line. All nodes ' +
    'need the same one. Default: a key that the service creates, in `cookie.secret` in the data folder or ' +
    'in PostgreSQL.'
  ),
  INVITATION_HOURS: integer(
    { default: 72, minimum: 1, maximum: 8760 },
    'Hours that a one-time link for a password, or for setup, is valid.'
  ),
  INVITATION_RATE_MAX: integer(
    { default: 60, minimum: 1 },
    'Uses of one-time links, and requests for them, per minute from one address; above this, requests are ' +
    'refused with 429.'
  ),
  KNOWN_ADDRESS_DAYS: integer(
    { default: 180, minimum: 1, maximum: 3650 },
    'If a user has signed in from an address within this many days, password guesses by others do not slow ' +
    'them down there.'
  ),
  AUDIT_RETENTION_DAYS: number(
    { default: 365, minimum: 0, maximum: 36_500 },
    'Days that entries of the audit log are kept; 0 keeps them forever.'
  ),
  AUDIT_READS: flag(false, 'The audit log also records who reads a performance book.'),
  OIDC_ISSUER: text(
    '',
    'Single sign-on: address of the OpenID Connect provider, such as https://accounts.google.com.'
  ),
  OIDC_CLIENT_ID: text('', 'Client id that the provider assigned to this service.'),
  OIDC_CLIENT_SECRET: text('', 'Client secret that belongs to it.'),
  OIDC_NAME: text(
    '',
    'Name of the provider on the sign-in button. Default: the host name of OIDC_ISSUER.'
  ),
  OIDC_TRUST_EMAIL: flag(
    false,
    'Accepts email addresses from a provider that never says whether they are verified. Only for a ' +
    'provider whose users cannot choose their own address.'
  ),
  JWT_SECRET: text(
    '',
    'Tokens of an embedding application, signed with HS256: the secret, at least 32 bytes.'
  ),
  JWT_JWKS_URL: text(
    '',
    'Tokens of an embedding application, signed with its private key: address of its public keys.'
  ),
  JWT_AUDIENCE: text('', 'Audience (`aud`) that such a token must name.'),
  JWT_ISSUER: text('', 'Issuer (`iss`) that such a token must name.'),
  JWT_USER_CLAIM: text('email', 'Claim of such a token that holds the email address of its user.'),
  JWT_MAX_HOURS: number(
    { default: 24, minimum: 0.01, maximum: 8760 },
    'Such a token is refused if it expires more than this many hours from now.'
  ),
  SMTP_URL: text(
    '',
    'Mail server that sends one-time links: smtp://user:password@host:587, or smtps://. Users who forgot ' +
    'their password get one if PUBLIC_URL is set too.'
  ),
  MAIL_FROM: text('', 'Sender of these emails: Perfbook <perfbook@school.example>.'),
  CORS_ORIGINS: text(
    '',
    'Origins of other front ends that may call the API with a token, separated by commas.'
  ),
  TRUST_PROXY: text(
    '',
    'Addresses of reverse proxies whose X-Forwarded-* headers are trusted, separated by commas ' +
    '(`127.0.0.1`, `10.0.0.0/8`, `loopback`), or `true` for all.'
  ),
  API_DOCS: Type.Enum(['public', 'staff', 'off'], {
    default: 'public',
    description: 'Who may read /api/docs and /api/openapi.json: anyone, signed-in teachers and ' +
      'administrators, or no one.',
  }),
  FILE_ACCESS: Type.Enum(['link', 'session'], {
    default: 'link',
    description: '`link`: anyone who has the link of a file may download it. `session`: only a teacher of ' +
      'its course or an administrator may.',
  }),
  FILES_URL: text(
    '',
    'Bucket and prefix of the object store that keeps the files: s3://bucket/prefix. Credentials come from ' +
    'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from another source that the AWS SDK knows. Default: ' +
    'DATA_DIR/files.'
  ),
  S3_ENDPOINT: text('', 'Address of the object store, which must speak the S3 protocol. Default: AWS.'),
  S3_REGION: requiredText('us-east-1', 'Region of the bucket.'),
  S3_PATH_STYLE: flag(
    false,
    'Puts the bucket into the path of an address, not its host name. Most stores other than AWS need this.'
  ),
  S3_PUBLIC_ENDPOINT: text(
    '',
    'Address at which browsers reach the object store, for download links. Default: S3_ENDPOINT.'
  ),
  FILE_DELIVERY: Type.Enum(['stream', 'redirect'], {
    default: 'stream',
    description: '`stream`: the service sends a file itself. `redirect`: it sends the browser to the ' +
      'object store, with a link that is valid for a minute.',
  }),
  DELETE_DELAY_HOURS: number(
    { default: 24, minimum: 0, maximum: 8760 },
    'How long an object store keeps the bytes of deleted files, so that a restored database finds them, ' +
    'in hours.'
  ),
  OWNER_QUOTA_BYTES: bytes(0, 'Quota for the files of one owner (a course), in bytes; 0 is no limit.'),
  TOTAL_QUOTA_BYTES: bytes(0, 'Quota for all files together, in bytes; 0 is no limit.'),
  DELETE_OLDEST_EXPORTS: flag(
    false,
    'If a quota leaves no room for an export, the oldest exports are deleted instead of refusing the new one.'
  ),
  EXPORT_RETENTION_DAYS: number(
    { default: 0, minimum: 0, maximum: 36_500 },
    'Exports expire after this many days; 0 is never.'
  ),
  KEEP_LATEST_EXPORT: flag(true, 'The newest export of a course and of the same options does not expire.'),
  TOMBSTONE_DAYS: number(
    { default: 90, minimum: 0, maximum: 36_500 },
    'Days that the address of an expired file answers that it has expired; after that it is unknown.'
  ),
  FILE_SWEEP_MINUTES: number(
    { default: 60, minimum: 0, maximum: 35_000 },
    'Interval at which expired files are removed, in minutes; 0 turns this off.'
  ),
  FILE_MAX_BYTES: bytes(100 * MIB, 'Largest file that may be uploaded to a course, in bytes.'),
  FILE_TYPES_ALLOWED: text(
    DEFAULT_FILE_TYPES,
    'Media types of files that may be uploaded, separated by commas; `image/*` is any image, `*/*` any file.'
  ),
  UPLOADS_MAX: integer({ default: 20, minimum: 1 }, 'Uploads that one user may have in progress at once.'),
  UPLOADS_MAX_BYTES: bytes(
    4 * GIB,
    'Bytes of all uploads in progress of one user; a single upload may be larger.'
  ),
  MIN_FREE_BYTES: bytes(
    256 * MIB,
    'Disk space to keep free, in bytes. Below it, new exports, imports and uploads are refused, and ' +
    'uploads in progress fail. An import that has started may use half of it.'
  ),
  METRICS_TOKEN: text('', 'Token that may read /metrics. An administrator\'s token may read it too.'),
} satisfies TProperties

export type SettingName = keyof typeof settings
export type SettingValues = { [Name in SettingName]: Static<(typeof settings)[Name]> }

/** The settings as name and JSON Schema, with default and description. */
export const SETTINGS = settings as Readonly<Record<string, SettingSchema>>

/** The value of every setting that is not given. */
export const DEFAULTS = Object.fromEntries(
  Object.entries(SETTINGS).map(([name, { default: value }]) => [name, value])
) as SettingValues
