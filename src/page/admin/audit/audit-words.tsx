import type { AuditEntry } from '../../../http/schemas/audit.ts'
import { adminLink, courseLink } from '../../router.ts'
import { useTexts } from '../../texts/use-texts.ts'

const PART = /^(course|user|file|export|job|import|student|session|token) (\d+|[0-9a-f]{6}…)$/
type Name = AuditEntry['names'][number]

/** What an entry is about, with names: `course 3, export 12` becomes links and the name of the file. */
export function AuditSubject ({ entry: { subject, names } }: { entry: AuditEntry }) {
  const { known } = useTexts()
  if (subject === null) return null
  return (
    <>
      {subject.split(', ').map((text, i) => {
        const [, type, id] = PART.exec(text) ?? []
        return (
          <div key={i} dir='auto'>
            {type === undefined || id === undefined
              ? known(`role.${text}`) ?? text
              : <Thing type={type} id={id} names={names} />}
          </div>
        )
      })}
    </>
  )
}

function Thing ({ type, id, names }: { type: string, id: string, names: readonly Name[] }) {
  const { known } = useTexts()
  const noun = known(`audit.noun.${type}`) ?? type
  const name = names.find((one) => one.type === type && one.id === id)?.name
  const href = type === 'course' && name !== undefined
    ? courseLink(Number(id))
    : type === 'job' ? adminLink('jobs', Number(id)) : undefined
  const text = name ?? id
  return (
    <>
      <span class='muted'>{noun}</span>{' '}
      {href === undefined ? <bdi>{text}</bdi> : <a href={href} dir='auto'>{text}</a>}
    </>
  )
}

/** The values before and after, in one line: `time zone: UTC → Europe/Berlin`. */
export function AuditChanges ({ entry: { changes, names } }: { entry: AuditEntry }) {
  const { t, known, number, percent } = useTexts()
  if (changes === null) return null
  const user = (id: unknown) => names.find((one) => one.type === 'user' && one.id === String(id))?.name ??
    t('audit.userNumber', { id: String(id) })
  const lines = Object.entries(changes).flatMap(([field, value]): string[] => {
    const label = known(`audit.field.${field}`) ?? known(`changeField.${field}`) ?? field
    if (!Array.isArray(value)) return [`${label}: ${valueText(value)}`]
    const list = value as unknown[]
    // Teachers, by the ids of their accounts.
    if (field === 'added' || field === 'removed') {
      return list.length === 0 ? [] : [`${label}: ${list.map(user).join(', ')}`]
    }
    return [`${label}: ${list.map((one) => valueText(one)).join(' → ')}`]
  })
  return <div class='small' dir='auto'>{lines.join('; ')}</div>

  function valueText (value: unknown): string {
    if (value === null || value === undefined || value === '') return '–'
    if (typeof value === 'boolean') return t(value ? 'audit.yes' : 'audit.no')
    // Weights of categories are fractions.
    if (typeof value === 'number') return value <= 1 ? percent(value) : number(value)
    if (Array.isArray(value)) return value.map((one: unknown) => valueText(one)).join(', ')
    if (typeof value === 'object') {
      return Object.entries(value)
        .map(([name, one]: [string, unknown]) => `${name} ${valueText(one)}`).join(', ')
    }
    return known(`role.${String(value)}`) ?? known(`audit.value.${String(value)}`) ?? String(value)
  }
}
