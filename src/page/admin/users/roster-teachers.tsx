import { personName } from '../../../person-name.ts'
import { useTexts } from '../../texts/use-texts.ts'
import type { TeacherOfCourses } from './use-courses-of-teachers.ts'
import { CoursesOf } from './user-table.tsx'

/** More are found by the search. */
const SHOWN = 100

interface RosterTeachersProps {
  teachers: readonly TeacherOfCourses[]
  onInvite: (teacher: TeacherOfCourses) => void
}

/** Teachers of courses who have no account yet, with a way to invite them. */
export function RosterTeachers ({ teachers, onInvite }: RosterTeachersProps) {
  const { t } = useTexts()
  return (
    <section aria-labelledby='roster-title'>
      <h2 id='roster-title'>{t('users.isRosterOnly')}</h2>
      <p class='muted small'>{t('users.rosterOnlyText', { count: teachers.length })}</p>
      <div class='panel wide' tabIndex={0} role='region' aria-label={t('users.isRosterOnly')}>
        <table class='list rows stacked'>
          <thead>
            <tr>
              <th>{t('users.user')}</th>
              <th>{t('users.courses')}</th>
              <th>{t('list.actions')}</th>
            </tr>
          </thead>
          <tbody>
            {teachers.slice(0, SHOWN).map((one) => (
              <tr key={one.email}>
                <td>
                  <strong dir='auto'>
                    {personName(one.teacher.first_name, one.teacher.last_name) || one.email}
                  </strong>
                  <br />
                  <span class='muted small' dir='auto'>{one.email}</span>
                </td>
                <td data-label={t('users.courses')}>
                  <div>
                    <CoursesOf courses={one.courses} />
                  </div>
                </td>
                <td>
                  <button
                    type='button'
                    aria-label={t('users.newLinkName', { email: one.email })}
                    onClick={() => {
                      onInvite(one)
                    }}
                  >
                    {t('users.newLink')}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
