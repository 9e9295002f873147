import type { Cell } from '../../http/schemas/book.ts'
import type { ExportChanges } from '../../http/schemas/changes.ts'
import { call } from '../api.ts'
import { sortedName } from '../book/rows.ts'
import type { TextKey } from '../texts/catalogue.ts'
import { useTexts, type Texts } from '../texts/use-texts.ts'
import { useLoaded } from '../use-loaded.ts'

type Change = ExportChanges['changes'][number]

/** More are counted, not listed. */
const LISTED = 100

/** What has changed in the book since an export. */
export function ChangesSince (
  { courseId, exportId, timeZone }: { courseId: number, exportId: number, timeZone: string }
) {
  const texts = useTexts()
  const { t, reason } = texts
  const path = `api/courses/${courseId}/performance/exports/${exportId}/changes?limit=${LISTED}`
  const loaded = useLoaded(path, (signal) => call<ExportChanges>('GET', path, { signal }))
  if (loaded.state === 'failed') return <p class='notice' role='status'>{reason(loaded.error)}</p>
  if (loaded.state === 'loading') return <p class='muted' role='status'>{t('app.loading')}</p>
  const { changes, count } = loaded.value
  return (
    <div class='since'>
      <p class='small' role='status'>{t('exports.changeCount', { count })}</p>
      <ul>
        {changes.map((change, i) => (
          <li key={i}>
            <span>{t(`change.${change.kind}`)}</span>
            {': '}
            <bdi>{subjectOf(change, texts)}</bdi>
            <span class='change'>{valuesOf(change, timeZone, texts)}</span>
          </li>
        ))}
      </ul>
      {count > changes.length && (
        <p class='small muted'>{t('exports.moreChanges', { count: count - changes.length })}</p>
      )}
    </div>
  )
}

function subjectOf ({ student, task, category, period, field }: Change, { t, known }: Texts): string {
  return [
    ...(student === null ? [] : [sortedName(student) || (student.student_identifier ?? t('book.noName'))]),
    ...(task === null ? [] : [task.title]),
    ...(category === null ? [] : [category.name]),
    ...(period === null ? [] : [period.name]),
    ...(field === null ? [] : [known(`changeField.${field}`) ?? field]),
  ].join(' · ')
}

function valuesOf (change: Change, timeZone: string, texts: Texts): string {
  const before = valueText(change, change.before, timeZone, texts)
  const after = valueText(change, change.after, timeZone, texts)
  if (before === '' && after === '') return ''
  return ` ${before === '' ? '–' : before} → ${after === '' ? '–' : after}`
}

function valueText ({ kind, field }: Change, value: unknown, timeZone: string, texts: Texts): string {
  const { t, known, score, number, exactTime } = texts
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') {
    return field === 'weight' || kind.includes('average') ? score(value) : number(value)
  }
  if (typeof value === 'string') {
    if (field === 'due_at') return exactTime(value, timeZone)
    return field === 'missing_counts' ? known(`settings.${value}`) ?? value : value
  }
  if (Array.isArray(value)) return value.map(({ grade }: { grade: string }) => grade).join(' ')
  const cell = value as Pick<Cell, 'score' | 'is_late' | 'is_provisional'> & { status: Cell['status'] | null }
  const marks = [
    ...(cell.is_late ? [t('mark.late')] : []),
    ...(cell.is_provisional ? [t('mark.provisional')] : []),
  ]
  const text = cell.score !== null
    ? score(cell.score)
    : cell.status === null ? t('status.notGiven') : t(`status.${cell.status}` as TextKey)
  return marks.length === 0 ? text : `${text} (${marks.join(', ')})`
}
