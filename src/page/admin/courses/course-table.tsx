import type { CourseItem } from '../../../http/schemas/book.ts'
import { personName } from '../../../person-name.ts'
import { RelativeTime } from '../../relative-time.tsx'
import { courseLink } from '../../router.ts'
import { useTexts } from '../../texts/use-texts.ts'

export type CourseAction = 'teachers' | 'rename' | 'archive' | 'delete'
const ACTIONS: readonly CourseAction[] = ['teachers', 'rename', 'archive', 'delete']

interface CourseTableProps {
  courses: readonly CourseItem[]
  /** These are archived ones. */
  isArchived: boolean
  onAction: (action: CourseAction, course: CourseItem) => void
}

/** Courses with their details: a table, or cards on a narrow screen. */
export function CourseTable ({ courses, isArchived, onAction }: CourseTableProps) {
  const { t } = useTexts()
  const label = (action: CourseAction) =>
    t(action === 'archive' && isArchived ? 'courses.restore' : `courses.${action}`)
  return (
    <div class='panel wide' tabIndex={0} role='region' aria-label={t('courses.all')}>
      <table class='list rows stacked'>
        <thead>
          <tr>
            <th>{t('courses.course')}</th>
            <th>{t('courses.teachers')}</th>
            <th>{t('courses.periods')}</th>
            <th>{t('courses.lastImport')}</th>
            <th>{t('list.actions')}</th>
          </tr>
        </thead>
        <tbody>
          {courses.map((course) => (
            <tr key={course.id} data-course={course.id}>
              <td>
                <a href={courseLink(course.id)} dir='auto'>{course.name}</a>
                <div class='muted small' dir='auto'>
                  {[course.school, course.term].filter(Boolean).join(' · ')}
                </div>
                <div class='muted small'>{t('courses.students', { count: course.student_count })}</div>
              </td>
              <td data-label={t('courses.teachers')}>
                <span dir='auto'>{(course.teachers ?? []).map(teacherName).join(', ') || '–'}</span>
              </td>
              <td data-label={t('courses.periods')}>
                <span dir='auto'>{(course.periods ?? []).join(', ') || '–'}</span>
              </td>
              <td data-label={t('courses.lastImport')}>
                <RelativeTime at={course.last_import_at} />
              </td>
              <td>
                <div class='row'>
                  {ACTIONS.map((action) => (
                    <button
                      key={action}
                      type='button'
                      aria-label={`${label(action)}: ${course.name}`}
                      onClick={() => {
                        onAction(action, course)
                      }}
                    >
                      {label(action)}
                    </button>
                  ))}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

type Teacher = NonNullable<CourseItem['teachers']>[number]

/** The name of a teacher; without one, their email address. */
export function teacherName (teacher: Teacher): string {
  const name = personName(teacher.first_name, teacher.last_name)
  return name === '' ? teacher.email ?? '–' : name
}
