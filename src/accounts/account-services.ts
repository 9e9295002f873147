import type { Database } from '../../db/index.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import type { SharedState } from '../nodes/shared-state.ts'
import { createAccess, type Access } from './access.ts'
import { createAccounts, type Accounts } from './accounts.ts'
import type { ApplicationTokens } from './application-tokens.ts'
import type { LinkMail } from './link-mail.ts'
import { createCourseTeachers, type CourseTeachers } from './course-teachers.ts'
import { createPasswordLinks, type PasswordLinks } from './password-links.ts'
import { createOwnPassword, type OwnPassword } from './own-password.ts'
import { createOwnTokens, type OwnTokens } from './own-tokens.ts'
import { createPasswordQueue } from './password-queue.ts'
import type { HashCost } from './passwords.ts'
import { createPasswordResets, type PasswordResets, type PasswordResetsOptions } from './password-resets.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createSetup, type Setup } from './setup.ts'
import { removeSetupFile } from './setup-file.ts'
import { createSignInLimit } from './sign-in-limit.ts'
import type { SingleSignOn } from './single-sign-on.ts'
import { createTurns } from './turns.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Half of the four threads that Node has for hashes and for files. */
const HASHES_AT_ONCE = 2
/** At a few a second, this many are done before a person gives up. */
const HASHES_WAITING = 50

/** Who people are, how they sign in, and what they may do. */
export interface AccountServices {
  access: Access
  accounts: Accounts
  courseTeachers: CourseTeachers
  sessions: Sessions
  passwordLinks: PasswordLinks
  passwordResets: PasswordResets
  ownPassword: OwnPassword
  ownTokens: OwnTokens
  setup: Setup
  /** Undefined: no mail server is set up. */
  linkMail: LinkMail | undefined
  /** Undefined: no provider is set up. */
  singleSignOn: SingleSignOn | undefined
  /** Undefined: no embedding application is set up. */
  applicationTokens: ApplicationTokens | undefined
}

interface AccountServicesOptions {
  config: Config
  db: Database
  log: Log
  now: () => number
  shared: SharedState
  onPasswordReset: PasswordResetsOptions['onRequest']
  /** Of a new password's hash. Default: HASH_COST. */
  hashCost?: HashCost | undefined
}

export async function createAccountServices (
  { config, db, log, now, shared, onPasswordReset, hashCost }: AccountServicesOptions
): Promise<AccountServices> {
  const passwords = createPasswordQueue({
    db,
    turns: createTurns({ atOnce: HASHES_AT_ONCE, waiting: HASHES_WAITING }),
    publicUrl: config.PUBLIC_URL,
    cost: hashCost,
  })
  const guesses = { limit: createSignInLimit({ shared }), knownMs: config.KNOWN_ADDRESS_DAYS * DAY_MS }
  const sessions = createSessions({
    db,
    now,
    passwords,
    ...guesses,
    idleMs: config.SESSION_IDLE_MINUTES * 60_000,
    maxMs: config.SESSION_MAX_HOURS * HOUR_MS,
  })
  const links = { db, now, sessions, passwords, shared, validMs: config.INVITATION_HOURS * HOUR_MS }
  const onDone = () => { removeSetupFile(config.DATA_DIR) }
  const passwordLinks = createPasswordLinks(links)
  const linkMail = await createLinkMail(config, log)
  return {
    access: createAccess({ db }),
    accounts: createAccounts({ db, now, passwords, onAdministrator: onDone }),
    courseTeachers: createCourseTeachers({ db, now }),
    sessions,
    passwordLinks,
    passwordResets: createPasswordResets({
      db, log, shared, passwordLinks, linkMail, publicUrl: config.PUBLIC_URL, onRequest: onPasswordReset,
    }),
    ownPassword: createOwnPassword({ db, now, passwords, ...guesses }),
    ownTokens: createOwnTokens({ db, now }),
    setup: createSetup({ ...links, onDone }),
    linkMail,
    singleSignOn: await createSingleSignOn(config, { db, log, now, sessions, shared }),
    applicationTokens: await createApplicationTokens(config, { db, log, now }),
  }
}

// The packages behind the following three would take a fifth of the start, so they are loaded only where they
// are set up.

async function createLinkMail (config: Config, log: Log): Promise<LinkMail | undefined> {
  if (config.SMTP_URL === '') return undefined
  const { createLinkMail } = await import('./link-mail.ts')
  return createLinkMail({ url: config.SMTP_URL, from: config.MAIL_FROM, log })
}

async function createSingleSignOn (
  config: Config,
  parts: { db: Database, log: Log, now: () => number, sessions: Sessions, shared: SharedState }
): Promise<SingleSignOn | undefined> {
  if (config.OIDC_ISSUER === '') return undefined
  const { createSingleSignOn } = await import('./single-sign-on.ts')
  return createSingleSignOn({
    ...parts,
    issuer: config.OIDC_ISSUER,
    clientId: config.OIDC_CLIENT_ID,
    clientSecret: config.OIDC_CLIENT_SECRET,
    name: config.OIDC_NAME,
    trustsEmail: config.OIDC_TRUST_EMAIL,
  })
}

async function createApplicationTokens (
  config: Config,
  parts: { db: Database, log: Log, now: () => number }
): Promise<ApplicationTokens | undefined> {
  if (config.JWT_SECRET === '' && config.JWT_JWKS_URL === '') return undefined
  const { createApplicationTokens } = await import('./application-tokens.ts')
  return createApplicationTokens({
    ...parts,
    keys: config.JWT_SECRET === '' ? { url: config.JWT_JWKS_URL } : { secret: config.JWT_SECRET },
    audience: config.JWT_AUDIENCE,
    issuer: config.JWT_ISSUER,
    userClaim: config.JWT_USER_CLAIM,
    maxHours: config.JWT_MAX_HOURS,
  })
}
