// The one-time setup link, with which the first administrator makes their account. It is invalid as
// soon as there is an administrator, no matter how their account was created.
import { emailKey, type UserRow } from '../../db/queries/accounts.ts'
import type { Database } from '../../db/index.ts'
import {
  countAdministrators, findSetupLink, lockAdministrators, updateSetup,
} from '../../db/queries/setup.ts'
import { DomainError } from '../errors.ts'
import type { SharedState } from '../nodes/shared-state.ts'
import { checkEmail, checkName } from './account-fields.ts'
import { mayEnter } from './account-state.ts'
import { addAccount } from './add-account.ts'
import type { PasswordQueue } from './password-queue.ts'
import { hashOfSecret, newSecret } from './secrets.ts'
import type { Browser, NewSession, Sessions } from './sessions.ts'

/** As for a one-time link: see `password-links.ts`. */
const CLAIM_MS = 60_000
const CLAIM = { kind: 'setup', key: '' }

/** Who uses the link, and what they say about their school. */
interface FirstAdministrator {
  /** As people write it; empty: none. */
  name: string
  email: string
  password: string
  /** Empty: none. */
  school: string
}

export interface SetupLink {
  secret: string
  /** Ms since 1970. */
  expiresAt: number
}

export interface Setup {
  /** Whether there is no administrator. */
  isNeeded: () => Promise<boolean>
  /** Makes a link; the earlier one becomes invalid. Undefined: there is an administrator. */
  createLink: () => Promise<SetupLink | undefined>
  /** The same, or the link with this secret if it is still valid. */
  keepOrCreateLink: (secret: string | undefined) => Promise<SetupLink | undefined>
  /** When the link expires, ms. Undefined: it is unknown or has expired. Throws SETUP_DONE. */
  find: (secret: string) => Promise<number | undefined>
  /**
   * Makes the first administrator, stores the school and begins a session. Undefined as in `find`, and while
   * another request is using the link. Throws SETUP_DONE, and VALIDATION_FAILED and OVERLOADED: the link
   * stays valid.
   */
  redeem: (secret: string, person: FirstAdministrator, browser: Browser) => Promise<NewSession | undefined>
}

interface SetupOptions {
  db: Database
  now: () => number
  sessions: Pick<Sessions, 'begin'>
  passwords: Pick<PasswordQueue, 'choose'>
  shared: Pick<SharedState, 'claim'>
  /** How long a link is valid, ms. */
  validMs: number
  /** Called when there is an administrator. */
  onDone: () => void
}

export function createSetup ({
  db, now, sessions, passwords, shared, validMs, onDone,
}: SetupOptions): Setup {
  async function requireNone (): Promise<void> {
    if (await countAdministrators(db.reads) === 0) return
    onDone()
    throw new DomainError('SETUP_DONE')
  }

  async function keepOrCreateLink (known: string | undefined): Promise<SetupLink | undefined> {
    const secret = newSecret()
    const link = await db.write(async (trx) => {
      await lockAdministrators(trx)
      if (await countAdministrators(trx) > 0) return undefined
      const at = await trx.now()
      const stored = known === undefined ? undefined : await findSetupLink(trx, at)
      if (known !== undefined && stored?.hash === hashOfSecret(known)) {
        return { secret: known, expiresAt: stored.expiresAt }
      }
      const expiresAt = at + validMs
      await updateSetup(trx, { link_hash: hashOfSecret(secret), link_expires_at: expiresAt })
      return { secret, expiresAt }
    })
    if (link === undefined) onDone()
    return link
  }

  async function find (secret: string): Promise<number | undefined> {
    await requireNone()
    const link = await findSetupLink(db.reads, now())
    return link?.hash === hashOfSecret(secret) ? link.expiresAt : undefined
  }

  async function set (
    secret: string, { name, email, password, school }: FirstAdministrator, browser: Browser
  ): Promise<NewSession | undefined> {
    const [firstName, lastName] = partsOf(name)
    const owner = { email, firstName, lastName, words: [school] }
    const passwordHash = await passwords.choose(password, owner, 'first')
    return await db.write(async (trx) => {
      await lockAdministrators(trx)
      // Hashing takes a while: the link may have been used or replaced in the meantime.
      if (await countAdministrators(trx) > 0) throw new DomainError('SETUP_DONE')
      const link = await findSetupLink(trx, await trx.now())
      if (link?.hash !== hashOfSecret(secret)) return undefined
      const key = emailKey(email)
      const user: UserRow = await addAccount(trx, {
        email, key, role: 'admin', firstName, lastName, passwordHash,
      })
      // A teacher of a roster whom the command line disabled could not use the service, and the link is gone.
      if (!await mayEnter(trx, user)) throw new DomainError('USER_DISABLED')
      const named = school.trim()
      await updateSetup(trx, {
        link_hash: null, link_expires_at: null, ...(named === '' ? {} : { school: named }),
      })
      return await sessions.begin(trx, user, browser)
    })
  }

  return {
    isNeeded: async () => await countAdministrators(db.reads) === 0,
    keepOrCreateLink,
    createLink: () => keepOrCreateLink(undefined),
    find,
    async redeem (secret, person, browser) {
      // First, so that requests without the link neither learn nor hold up anything.
      if (await find(secret) === undefined) return undefined
      checkEmail(person.email)
      checkName('name', person.name)
      checkName('school', person.school)
      // One request at a time: many with one link must not fill the queue of hashes.
      const claim = await shared.claim(CLAIM, CLAIM_MS)
      if (claim === undefined) {
        await requireNone()
        return undefined
      }
      try {
        const begun = await set(secret, person, browser)
        if (begun !== undefined) onDone()
        return begun
      } finally {
        await claim.release()
      }
    },
  }
}

/** The first word is the first name, the others are the last name. */
function partsOf (name: string): [string | null, string | null] {
  const [first = '', ...rest] = name.trim().split(/\s+/)
  return [first || null, rest.join(' ') || null]
}

/** The setup link to the page at `base`. */
export function setupUrl (base: string, secret: string): string {
  return `${base}/#setup=${secret}`
}
