import type { CourseItem } from '../../../http/schemas/book.ts'
import type { Account } from '../../../http/schemas/users.ts'
import { personName } from '../../../person-name.ts'
import { ApiError, call } from '../../api.ts'
import { Failure, Loading } from '../../notices.tsx'
import { RelativeTime } from '../../relative-time.tsx'
import { adminLink, courseLink } from '../../router.ts'
import { useTexts } from '../../texts/use-texts.ts'
import { useLoaded } from '../../use-loaded.ts'
import { AccountState } from './account-state.tsx'
import { neverText } from './never-text.ts'

interface Found {
  account: Account
  courses: CourseItem[]
}

/** One user: who they are, all of their courses, and a link to what they did. */
export function UserPage ({ userId }: { userId: number }) {
  const { t } = useTexts()
  const loaded = useLoaded(`user ${userId}`, async (signal): Promise<Found> => {
    const users = await call<Account[]>('GET', 'api/users', { signal })
    const account = users.find(({ id }) => id === userId)
    if (account === undefined) throw new ApiError('USER_NOT_FOUND', '', 404)
    const path = `api/courses?user_id=${userId}&archived=all`
    return { account, courses: await call<CourseItem[]>('GET', path, { signal }) }
  })
  if (loaded.state === 'failed') return <Failure error={loaded.error} retry={loaded.reload} />
  if (loaded.state === 'loading') return <Loading />
  const { account, courses } = loaded.value
  return (
    <>
      <nav class='small' aria-label={t('student.where')}>
        <a href={adminLink('users')}>{t('nav.users')}</a>
      </nav>
      <div class='bar'>
        <h1 dir='auto'>{personName(account.first_name, account.last_name) || account.email}</h1>
      </div>
      <section class='panel' aria-label={t('users.user')}>
        <dl>
          <div>
            <dt>{t('signIn.email')}</dt>
            <dd dir='auto'>{account.email}</dd>
          </div>
          <div>
            <dt>{t('users.role')}</dt>
            <dd>{t(`role.${account.role}`)}</dd>
          </div>
          <div>
            <dt>{t('users.status')}</dt>
            <dd>
              <AccountState account={account} />
            </dd>
          </div>
          <div>
            <dt>{t('users.lastSignIn')}</dt>
            <dd>
              <RelativeTime at={account.last_sign_in_at} never={t(neverText(account))} />
            </dd>
          </div>
        </dl>
        <p>
          <a href={adminLink('audit', undefined, { user: String(userId) })}>{t('users.audit')}</a>
        </p>
      </section>
      <section class='panel' aria-labelledby='courses-title'>
        <h2 id='courses-title'>{t('users.courses')}</h2>
        {courses.length === 0 && <p class='muted'>{t('users.noCourses')}</p>}
        <ul class='plain'>
          {courses.map((course) => (
            <li key={course.id}>
              <a href={courseLink(course.id)} dir='auto'>{course.name}</a>
              <br />
              <span class='muted small' dir='auto'>
                {[course.school, course.term, t('courses.students', { count: course.student_count })]
                  .filter(Boolean).join(' · ')}
              </span>
            </li>
          ))}
        </ul>
      </section>
    </>
  )
}
