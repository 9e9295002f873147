// The one place that decides whether a person may sign in, by any means: a password, a session,
// a token, a one-time link, single sign-on, or a token of an embedding application.
//
// An account that was made by hand can only be disabled by hand. The account of a person whom a roster knew
// when it was made is also disabled by `enabledUser=false` of an administrator's import, in any course. An
// administrator is never disabled by a file.
import * as queries from '../../db/queries/account-state.ts'
import type { UserRow } from '../../db/queries/accounts.ts'
import type { Reads, Trx } from '../../db/index.ts'
import { shorten } from '../short-text.ts'

export interface AccountState {
  mayEnter: boolean
  /** Who disabled the account; it may be both. */
  byAdministrator: boolean
  byRoster: boolean
  /** Courses whose roster disables it; empty if the roster no longer has the person in any course. */
  courses: Array<{ id: number, name: string }>
}

/** A user, or a person who is known from a roster and has no account yet. */
type Person = UserRow | { email_key: string }

/** Whether the person may sign in. */
export async function mayEnter (db: Reads | Trx, person: Person): Promise<boolean> {
  if ('id' in person && person.disabled_at !== null) return false
  if (!obeysRoster(person)) return true
  return !isDisabledUser(person) && !await queries.isDisabledTeacher(db, person.email_key)
}

/** The same, with the reasons. */
export async function accountState (db: Reads | Trx, person: Person): Promise<AccountState> {
  return stateOf(person, await queries.disablingCourses(db, person.email_key))
}

export interface UserState { user: UserRow, state: AccountState }

/** The states of many users at once. */
export async function accountStates (db: Reads, users: UserRow[]): Promise<UserState[]> {
  const byKey = Map.groupBy(await queries.disablingCourses(db), (course) => course.email_key)
  return users.map((user) => ({ user, state: stateOf(user, byKey.get(user.email_key) ?? []) }))
}

function stateOf (person: Person, disabling: queries.DisablingCourse[]): AccountState {
  const byAdministrator = 'id' in person && person.disabled_at !== null
  const byRoster = obeysRoster(person) && (isDisabledUser(person) || disabling.length > 0)
  const courses = byRoster ? disabling.map(({ id, name }) => ({ id, name })) : []
  return { mayEnter: !byAdministrator && !byRoster, byAdministrator, byRoster, courses }
}

function obeysRoster (person: Person): boolean {
  return !('id' in person) || (person.role !== 'admin' && person.is_from_roster === 1)
}

function isDisabledUser (person: Person): boolean {
  return 'id' in person && person.roster_disabled_by !== null
}

/** What administrators see of an account, in the API and on the command line. */
export function userFacts ({ user, state }: UserState) {
  return {
    id: user.id,
    email: user.email,
    role: user.role,
    first_name: user.first_name,
    last_name: user.last_name,
    is_disabled: !state.mayEnter,
    disabled_reason: stateText(state) || null,
    is_roster_only: user.origin === 'roster',
    has_password: user.password_hash !== null,
  }
}

/** The most courses that are named. */
const NAMED = 3

/**
 * Why an account is disabled, for an administrator: `disabled by the roster of the course "Physics"`. Empty
 * if it is not disabled.
 */
export function stateText ({ byAdministrator, byRoster, courses }: AccountState): string {
  const parts: string[] = []
  if (byAdministrator) parts.push('by an administrator')
  if (byRoster) parts.push(`by ${rosterText(courses)}`)
  return parts.length === 0 ? '' : `disabled ${parts.join(' and ')}`
}

function rosterText (courses: AccountState['courses']): string {
  if (courses.length === 0) return 'the roster'
  const names = courses.slice(0, NAMED).map(({ name }) => `"${shorten(name)}"`).join(', ')
  const more = courses.length > NAMED ? ` and ${courses.length - NAMED} more` : ''
  return `the roster of the ${courses.length === 1 ? 'course' : 'courses'} ${names}${more}`
}
