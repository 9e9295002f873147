import type { StudentFacts } from '../../http/schemas/student.ts'
import { colorClass } from '../charts/colors.ts'
import { useTexts } from '../texts/use-texts.ts'

/** From this many assignments on, paper has several columns of them. */
const COLUMNS = [{ from: 105, name: 'four' }, { from: 50, name: 'three' }, { from: 22, name: 'two' }]

/** Every assignment that the student was given, by due date, with its score. */
export function AssignmentTable (
  { student, changed }: { student: StudentFacts, changed: ReadonlySet<number> | undefined }
) {
  const { t, percent, score, number, day } = useTexts()
  const { data, data_headings: headings, categories, course } = student
  const missing = new Set(student.missing.map(({ id }) => id))
  const rows = headings.flatMap((heading, j) => {
    const cell = data[j] ?? null
    return cell === null ? [] : [{ heading, cell }]
  })
  if (rows.length === 0) return <p class='muted'>{t('student.noAssignments')}</p>
  const columns = COLUMNS.find(({ from }) => rows.length >= from)?.name ?? 'one'
  return (
    <div class={`assignments ${columns}`}>
      <table class='list'>
        <thead>
          <tr>
            <th>{t('charts.task')}</th>
            <th class='category'>{t('settings.category')}</th>
            <th>{t('details.due')}</th>
            <th class='submitted'>{t('details.submitted')}</th>
            <th class='number points'>{t('details.points')}</th>
            <th class='number'>{t('details.score')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ heading, cell }) => {
            const c = categories.findIndex(({ id }) => id === heading.category_id)
            const possible = heading.points_possible
            return (
              <tr key={heading.id} class={changed?.has(heading.id) === true ? 'changed' : undefined}>
                <td>
                  <bdi>{heading.title}</bdi>
                  {changed?.has(heading.id) === true && <span class='tag no-print'>{t('live.changed')}</span>}
                </td>
                <td class='category'>
                  {c >= 0 && (
                    <>
                      <span class={`swatch ${colorClass(c)}`} aria-hidden='true' />
                      <bdi>{categories[c]?.name}</bdi>
                    </>
                  )}
                </td>
                <td class='date'>{heading.due_at === null ? '–' : day(heading.due_at, course.time_zone)}</td>
                <td class='date submitted'>
                  {cell.submitted_at === null ? '' : day(cell.submitted_at, course.time_zone)}
                </td>
                <td class='number points'>
                  {cell.points === null
                    ? ''
                    : possible === null
                      ? number(cell.points)
                      : `${number(cell.points)} / ${number(possible)}`}
                </td>
                <td class='number result'>
                  {cell.is_late && (
                    <span class='mark-word short late' data-short={t('mark.lateShort')}>
                      {t('mark.late')}
                    </span>
                  )}
                  {cell.is_provisional && (
                    <span class='mark-word short' data-short={t('mark.provisionalShort')}>
                      {t('mark.provisional')}
                    </span>
                  )}
                  {missing.has(heading.id) && <span class='mark-word missing'>{t('status.missing')}</span>}
                  {cell.score !== null && (
                    <span>
                      {cell.score === 0 && missing.has(heading.id) ? percent(0) : score(cell.score)}
                    </span>
                  )}
                  {cell.score === null && !missing.has(heading.id) && (
                    <span class='muted'>{t(`status.${cell.status}`)}</span>
                  )}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
      <p class='legend'>
        {(['late', 'provisional'] as const).map((mark) => (
          <span key={mark}>{t(`mark.${mark}Short`)}: {t(`mark.${mark}`)}</span>
        ))}
      </p>
    </div>
  )
}
