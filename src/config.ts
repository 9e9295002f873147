// The settings of one run, checked once at the start, frozen and passed down. The list of settings is in
// `settings.ts`.
import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { DatabaseLocation } from '../db/index.ts'
import { isTimeZone } from './courses/course-time.ts'
import { databaseOf, type Problem } from './database-settings.ts'
import { DomainError } from './errors.ts'
import { fileLocation, fileProblems, type FileLocation } from './file-location.ts'
import { allowedValues, settingValue } from './setting-values.ts'
import { DEFAULTS, SETTINGS, type SettingName, type SettingValues } from './settings.ts'

/** HS256 wants a key as long as its hash (RFC 7518, 3.2). */
const MIN_JWT_SECRET_BYTES = 32

export type Config = Readonly<SettingValues> & {
  readonly database: DatabaseLocation
  /** NODE_NAME, or one that was made up for this process. */
  readonly nodeName: string
  /** Of SQLite. */
  readonly databaseFile: string
  readonly filesFolder: string
  readonly stagingFolder: string
  readonly quarantineFolder: string
  /** Where files are stored. */
  readonly files: FileLocation
  /** Holds the service's own key that signs cookies; readable by its owner only. */
  readonly secretFile: string
  readonly fileTypes: readonly string[]
  readonly corsOrigins: readonly string[]
  /** Whose X-Forwarded-* headers are trusted: of every client, of none, or of these addresses. */
  readonly trustProxy: boolean | string[]
}

type Given = Readonly<Record<string, string | undefined>>

/** Where settings come from besides the environment. */
interface OtherSources {
  flags?: Given
  file?: { values: Given, problems: readonly string[] } | undefined
}

/**
 * Checks all settings. A flag takes precedence over the environment, the environment over the file; an empty
 * value counts as not given. Throws a DomainError that names every problem, including those of the file:
 * WRONG_USAGE if one of them concerns a flag, otherwise INVALID_SETTINGS.
 */
export function readConfig (env: Given, { flags = {}, file }: OtherSources = {}): Config {
  const given = { ...file?.values, ...withoutEmpty(env), ...withoutEmpty(flags) }
  const { values, problems } = parseValues(given)
  const { postgres, problems: databaseProblems } = databaseOf(values, env.PGPASSWORD)
  problems.push(...addressProblems(values), ...databaseProblems, ...fileProblems(values))
  problems.push(...identityProblems(values))
  if (problems.length > 0 || (file?.problems ?? []).length > 0) {
    const isFlag = (name: string) => (flags[name] ?? '') !== ''
    throw invalidSettings(
      problems.some(({ names }) => names.some(isFlag)) ? 'WRONG_USAGE' : 'INVALID_SETTINGS',
      [...file?.problems ?? [], ...problems.map(({ text }) => text)]
    )
  }
  const folder = resolve(values.DATA_DIR)
  const databaseFile = resolve(folder, 'perfbook.sqlite')
  const proxies = proxiesOf(values)
  return Object.freeze({
    ...values,
    PUBLIC_URL: withoutSlashes(values.PUBLIC_URL),
    DATA_DIR: folder,
    database: postgres ?? { engine: 'sqlite' as const, connection: { file: databaseFile } },
    databaseFile,
    nodeName: values.NODE_NAME || madeUpName(),
    filesFolder: resolve(folder, 'files'),
    stagingFolder: resolve(folder, 'staging'),
    quarantineFolder: resolve(folder, 'quarantine'),
    files: fileLocation(values, folder),
    secretFile: resolve(folder, 'cookie.secret'),
    fileTypes: listOf(values.FILE_TYPES_ALLOWED.toLowerCase()),
    corsOrigins: listOf(values.CORS_ORIGINS),
    trustProxy: proxies.length > 0 ? proxies : values.TRUST_PROXY === 'true',
  })
}

/** The name of the host, and what tells this process from another one there. */
function madeUpName (): string {
  const host = hostname().replace(/[^\w.-]/g, '-').slice(0, 50)
  return `${host === '' ? 'node' : host}-${randomBytes(3).toString('hex')}`
}

function invalidSettings (
  code: 'WRONG_USAGE' | 'INVALID_SETTINGS',
  problems: readonly string[]
): DomainError {
  const lines = problems.map((problem) => `  ${problem}`).join('\n')
  return new DomainError(code, { detail: `These settings are not valid:\n${lines}` })
}

function parseValues (given: Given): { values: SettingValues, problems: Problem[] } {
  const values = { ...DEFAULTS }
  const problems: Problem[] = []
  for (const [name, schema] of Object.entries(SETTINGS)) {
    const text = given[name] ?? ''
    if (text === '') continue
    const value = settingValue(schema, text)
    // The other settings are checked all the same: every problem is reported at once.
    if (value === undefined) {
      problems.push({ names: [name], text: `${name}=${text}: must be ${allowedValues(schema)}` })
    } else Object.assign(values, { [name]: value })
  }
  return { values, problems }
}

/** Problems with time zones, addresses and lists. */
function addressProblems (values: SettingValues): Problem[] {
  const problems: Problem[] = []
  const wrong = (name: SettingName, text: string) => {
    problems.push({ names: [name], text: `${name}${text}` })
  }
  if (!isTimeZone(values.DEFAULT_TIME_ZONE)) {
    const zone = values.DEFAULT_TIME_ZONE
    wrong('DEFAULT_TIME_ZONE', `=${zone}: is not a time zone; write it like Europe/Berlin`)
  }
  if (values.PUBLIC_URL !== '' && !isWebAddress(values.PUBLIC_URL)) {
    wrong('PUBLIC_URL', `=${values.PUBLIC_URL}: must be an http:// or https:// address without a query`)
  }
  for (const type of listOf(values.FILE_TYPES_ALLOWED.toLowerCase())) {
    if (/^[a-z0-9.+-]+\/[a-z0-9.+-]*\*?$|^\*\/\*$/.test(type)) continue
    wrong('FILE_TYPES_ALLOWED', `: ${type} is not a media type; write it like application/pdf or image/*`)
  }
  for (const origin of listOf(values.CORS_ORIGINS)) {
    if (isWebAddress(origin) && new URL(origin).origin === origin) continue
    wrong('CORS_ORIGINS', `: ${origin} is not an origin; write it like https://school.example`)
  }
  for (const address of proxiesOf(values)) {
    if (isProxyAddress(address)) continue
    wrong(
      'TRUST_PROXY',
      `: ${address} is not an address; write it like 127.0.0.1, 10.0.0.0/8 or loopback, or true for all`
    )
  }
  return problems
}

/** Problems with single sign-on, an application's tokens and mail. Never shows the value of a secret. */
function identityProblems (values: SettingValues): Problem[] {
  const problems: Problem[] = []
  const wrong = (names: SettingName[], text: string) => {
    problems.push({ names, text: `${names.join(', ')}${text}` })
  }
  const need = (names: readonly SettingName[], because: string) => {
    for (const name of names) if (values[name] === '') wrong([name], `: is missing; ${because} needs it`)
  }
  const mustBeSecure = (name: 'OIDC_ISSUER' | 'JWT_JWKS_URL') => {
    if (values[name] === '' || isSecureAddress(values[name])) return
    wrong([name], `=${values[name]}: must be an https:// address (http:// only on localhost)`)
  }
  const oidc = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const
  if (oidc.some((name) => values[name] !== '')) need(oidc, 'single sign-on')
  mustBeSecure('OIDC_ISSUER')
  if (values.JWT_SECRET !== '' && values.JWT_JWKS_URL !== '') {
    wrong(['JWT_SECRET', 'JWT_JWKS_URL'], ': set one of them, not both')
  }
  for (const name of ['JWT_SECRET', 'JWT_JWKS_URL'] as const) {
    if (values[name] !== '') need(['JWT_AUDIENCE', 'JWT_ISSUER'], name)
  }
  if (values.JWT_SECRET !== '' && Buffer.byteLength(values.JWT_SECRET) < MIN_JWT_SECRET_BYTES) {
    wrong(['JWT_SECRET'], `: is too short; use at least ${MIN_JWT_SECRET_BYTES} bytes`)
  }
  mustBeSecure('JWT_JWKS_URL')
  if (values.SMTP_URL !== '') need(['MAIL_FROM'], 'SMTP_URL')
  if (values.SMTP_URL !== '' && !/^smtps?:$/.test(URL.parse(values.SMTP_URL)?.protocol ?? '')) {
    wrong(['SMTP_URL'], ': must be like smtp://user:password@host:587')
  }
  if (/[\r\n]/.test(values.MAIL_FROM)) wrong(['MAIL_FROM'], ': must be one line')
  return problems
}

function withoutEmpty (given: Given): Given {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => (value ?? '') !== ''))
}

function listOf (text: string): string[] {
  return text.split(',').map((item) => item.trim()).filter((item) => item !== '')
}

/** The addresses in TRUST_PROXY; an empty one between two commas stays, as a problem. */
function proxiesOf ({ TRUST_PROXY: given }: SettingValues): string[] {
  return ['', 'true', 'false'].includes(given) ? [] : given.split(',').map((address) => address.trim())
}

/** Over HTTPS, or over plain HTTP to this machine itself, as in a test. */
function isSecureAddress (value: string): boolean {
  const url = URL.parse(value)
  if (url?.protocol === 'http:') return ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  return url?.protocol === 'https:'
}

/** Whether @fastify/proxy-addr accepts it. */
function isProxyAddress (text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
  const [address = '', prefix, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return prefix === undefined || (/^[1-9]\d*$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128))
}

function withoutSlashes (address: string): string {
  let end = address.length
  while (address[end - 1] === '/') end--
  return address.slice(0, end)
}

function isWebAddress (value: string): boolean {
  const url = URL.parse(value)
  if (url === null || url.search !== '' || url.hash !== '') return false
  return url.protocol === 'http:' || url.protocol === 'https:'
}
