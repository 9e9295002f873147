import type { CourseItem } from '../../../http/schemas/book.ts'
import type { Account } from '../../../http/schemas/users.ts'
import { personName } from '../../../person-name.ts'
import { RelativeTime } from '../../relative-time.tsx'
import { adminLink, courseLink } from '../../router.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { AccountState } from './account-state.tsx'
import { neverText } from './never-text.ts'

const ROLES = ['teacher', 'admin', 'student'] as const
/** How many courses are named. */
const NAMED = 3

interface UserTableProps {
  users: readonly Account[]
  /** The user who is signed in: they cannot disable themselves. */
  selfId: number
  /** The courses that a user teaches; undefined: not known yet. */
  coursesOf: (account: Account) => readonly CourseItem[] | undefined
  onReset: (account: Account) => void
  onEnable: (account: Account) => void
  onDisable: (account: Account) => void
  onRole: (account: Account, role: Account['role']) => void
}

export function UserTable (
  { users, selfId, coursesOf, onReset, onEnable, onDisable, onRole }: UserTableProps
) {
  const { t } = useTexts()
  return (
    <div class='panel wide' tabIndex={0} role='region' aria-label={t('nav.users')}>
      <table class='list rows stacked'>
        <thead>
          <tr>
            <th>{t('users.user')}</th>
            <th>{t('users.role')}</th>
            <th>{t('users.courses')}</th>
            <th>{t('users.lastSignIn')}</th>
            <th>{t('users.status')}</th>
            <th>{t('list.actions')}</th>
          </tr>
        </thead>
        <tbody>
          {users.map((account) => (
            <tr key={account.id}>
              <td>
                <Person account={account} isSelf={account.id === selfId} />
              </td>
              <td data-label={t('users.role')}>
                {account.id === selfId
                  ? <span>{t(`role.${account.role}`)}</span>
                  : (
                    <select
                      aria-label={t('users.roleOf', { email: account.email })}
                      value={account.role}
                      onChange={({ currentTarget }) => {
                        const role = currentTarget.value as Account['role']
                        // Until it is confirmed.
                        currentTarget.value = account.role
                        onRole(account, role)
                      }}
                    >
                      {ROLES.map((one) => <option key={one} value={one}>{t(`role.${one}`)}</option>)}
                    </select>
                    )}
              </td>
              <td data-label={t('users.courses')}>
                <div>
                  <CoursesOf courses={coursesOf(account)} />
                </div>
              </td>
              <td data-label={t('users.lastSignIn')}>
                <RelativeTime at={account.last_sign_in_at} never={t(neverText(account))} />
              </td>
              <td data-label={t('users.status')}>
                <div>
                  <AccountState account={account} />
                </div>
              </td>
              <td>
                <div class='row'>
                  {!account.is_disabled && (
                    <button
                      type='button'
                      aria-label={t(account.has_password ? 'users.resetName' : 'users.newLinkName', {
                        email: account.email,
                      })}
                      onClick={() => {
                        onReset(account)
                      }}
                    >
                      {t(account.has_password ? 'users.reset' : 'users.newLink')}
                    </button>
                  )}
                  {account.is_disabled
                    ? (
                      <button
                        type='button'
                        aria-label={t('users.enableName', { email: account.email })}
                        onClick={() => {
                          onEnable(account)
                        }}
                      >
                        {t('users.enable')}
                      </button>
                      )
                    : account.id !== selfId && (
                      <button
                        type='button'
                        aria-label={t('users.disableName', { email: account.email })}
                        onClick={() => {
                          onDisable(account)
                        }}
                      >
                        {t('users.disable')}
                      </button>
                    )}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The name with the email address below it, or the email address alone. */
function Person ({ account, isSelf }: { account: Account, isSelf: boolean }) {
  const { t } = useTexts()
  const name = personName(account.first_name, account.last_name)
  return (
    <>
      <strong>
        <a href={adminLink('users', account.id)} dir='auto'>{name === '' ? account.email : name}</a>
      </strong>
      {isSelf && (
        <>
          {' '}
          <span class='tag'>{t('users.you')}</span>
        </>
      )}
      {name !== '' && (
        <>
          <br />
          <span class='muted small' dir='auto'>{account.email}</span>
        </>
      )}
    </>
  )
}

/** The first of them by name, with links; the others on request. */
export function CoursesOf ({ courses }: { courses: readonly CourseItem[] | undefined }) {
  const { t } = useTexts()
  if (courses === undefined) return null
  if (courses.length === 0) return <span class='muted'>{t('users.noCourses')}</span>
  return (
    <>
      {courses.slice(0, NAMED).map((course) => (
        <div key={course.id}>
          <a href={courseLink(course.id)} dir='auto'>{course.name}</a>
        </div>
      ))}
      {courses.length > NAMED && (
        <details>
          <summary class='muted small'>{t('users.moreCourses', { count: courses.length - NAMED })}</summary>
          {courses.slice(NAMED).map((course) => (
            <div key={course.id}>
              <a href={courseLink(course.id)} dir='auto'>{course.name}</a>
            </div>
          ))}
        </details>
      )}
    </>
  )
}
