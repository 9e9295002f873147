import {
  auditOfUsers,
  deleteUser,
  linksOfUsers,
  networksOfUsers,
  requestsOfUsers,
  sessionsOfUsers,
  tokensOfUsers,
} from '../../db/queries/people.ts'
import { coursesByHand } from '../../db/queries/course-teachers.ts'
import { isoTime } from '../iso-time.ts'
import type { PersonalData } from './store.ts'

/** The person's own account, without passwords, tokens and secrets, of which only hashes are stored. */
export const ACCOUNT_DATA: PersonalData = {
  name: 'accounts',
  columns: {
    'users.email': 'email address',
    'users.email_key': 'email address',
    'users.role': 'what they may do',
    'users.first_name': 'name',
    'users.last_name': 'name',
    'users.password_hash': 'hash of the password; not exported',
    'users.origin': 'how the account came to be',
    'users.roster_disabled_by': 'source id of the roster\'s user who is disabled',
    'tokens.name': 'what the user called the token',
    'tokens.hash': 'hash of a secret; not exported',
    'tokens.scopes': 'what the token may do',
    'sessions.hash': 'hash of a secret; not exported',
    'teachers_by_hand.source_id': 'id in the source of a course from which the user was removed',
    'sessions.address': 'network address',
    'sessions.user_agent': 'browser',
    'sign_in_networks.network': 'network address from which the user signed in; kept for KNOWN_ADDRESS_DAYS',
    'password_links.hash': 'hash of a secret; not exported',
  },
  async read ({ accounts }, { db }) {
    return await Promise.all(
      accounts.map(async (user) => {
        const [tokens, sessions, networks, links, requests, teaching] = await Promise.all([
          tokensOfUsers(db, [user.id]),
          sessionsOfUsers(db, [user.id]),
          networksOfUsers(db, [user.id]),
          linksOfUsers(db, [user.id]),
          requestsOfUsers(db, [user.id]),
          coursesByHand(db, [user.id]),
        ])
        return {
          id: user.id,
          email: user.email,
          role: user.role,
          first_name: user.first_name,
          last_name: user.last_name,
          origin: user.origin,
          has_password: user.password_hash !== null,
          created_at: isoTime(user.created_at),
          disabled_at: isoTime(user.disabled_at),
          roster_disabled_by: user.roster_disabled_by,
          last_sign_in_at: isoTime(user.last_sign_in_at),
          tokens: tokens.map(
            ({
              id,
              name,
              scopes,
              created_at: created,
              last_used_at: used,
              expires_at: expires,
              revoked_at: revoked,
            }) => ({
              id,
              name,
              scopes: scopes === null ? null : (JSON.parse(scopes) as unknown),
              created_at: isoTime(created),
              last_used_at: isoTime(used),
              expires_at: isoTime(expires),
              revoked_at: isoTime(revoked),
            })
          ),
          sessions: sessions.map(
            ({
              id,
              address,
              user_agent: browser,
              created_at: created,
              last_used_at: used,
              ended_at: ended,
            }) => ({
              id,
              address,
              user_agent: browser,
              created_at: isoTime(created),
              last_used_at: isoTime(used),
              ended_at: isoTime(ended),
            })
          ),
          sign_in_networks: networks.map(({
            network,
            last_at: last,
          }) => ({ network, last_at: isoTime(last) })),
          password_links: links.map(({ id, created_at: created, expires_at: expires, ended_at: ended }) => ({
            id,
            created_at: isoTime(created),
            expires_at: isoTime(expires),
            ended_at: isoTime(ended),
          })),
          courses_by_hand: teaching.map(({
            course_id: id, course_name: name, is_removed: isRemoved, source_id: sourceId,
          }) => ({
            course_id: id,
            course: name,
            change: isRemoved === 1 ? 'removed' : 'added',
            source_id: sourceId,
          })),
          requested_jobs: requests.map(({ job_id: job, requested_at: at }) => ({
            job,
            requested_at: isoTime(at),
          })),
        }
      })
    )
  },
  /** Deletes students' accounts. Accounts of teachers and administrators stay. */
  async erase (trx, { accounts }) {
    const students = accounts.filter((user) => user.role === 'student')
    for (const user of students) await deleteUser(trx, user.id)
    return { accounts: students.length }
  },
}

/**
 * Nothing rewrites the audit log. It has the ids of accounts, which no longer refer to anything once an
 * account is deleted.
 */
export const AUDIT_DATA: PersonalData = {
  name: 'audit_log',
  columns: {
    'audit_log.address': 'network address from which the account was used; kept for AUDIT_RETENTION_DAYS',
  },
  read: async ({ accounts }, { db }) =>
    (
      await auditOfUsers(
        db,
        accounts.map((user) => user.id)
      )
    ).map(({ id, at, action, outcome, via, address, subject }) => ({
      id,
      at: isoTime(at),
      action,
      outcome,
      via,
      address,
      subject,
    })),
  erase: async () => ({}),
}
