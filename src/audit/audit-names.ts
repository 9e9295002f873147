// The log keeps numbers. Readers get the current names of what the numbers stand for.
import { auditNames } from '../../db/queries/audit-names.ts'
import type { AuditRow } from '../../db/queries/audit.ts'
import type { Reads } from '../../db/index.ts'

/** The name of one thing that an entry is about. `id` is as the entry has it: a number, or `1a2b3c…`. */
export interface AuditName {
  type: typeof NAMED_TYPES[number]
  id: string
  name: string
}

export const NAMED_TYPES = ['course', 'user', 'file', 'export', 'job', 'import'] as const
const PART = new RegExp(`^(${NAMED_TYPES.join('|')}) (\\d{1,15}|[0-9a-f]{6}…)$`)

/** For each entry, the names of what it is about and of the people in its changes, as far as known. */
export async function namesOfEntries (
  db: Reads, entries: ReadonlyArray<Pick<AuditRow, 'subject' | 'changes'>>
): Promise<AuditName[][]> {
  const wanted = entries.map(partsOf)
  const all = wanted.flat()
  const numbers = (wanted: AuditName['type']) => [...new Set(
    all.filter(({ type, id }) => type === wanted && !id.endsWith('…')).map(({ id }) => Number(id))
  )]
  const found = await auditNames(db, {
    courses: numbers('course'),
    users: numbers('user'),
    files: numbers('file'),
    addresses: [...new Set(
      all.filter(({ type, id }) => type === 'file' && id.endsWith('…')).map(({ id }) => id.slice(0, -1))
    )],
    exports: numbers('export'),
    jobs: numbers('job'),
    imports: numbers('import'),
  })
  const names = new Map<string, string>()
  const note = (type: AuditName['type'], rows: ReadonlyArray<{ id: number, name: string }>) => {
    for (const { id, name } of rows) names.set(`${type} ${id}`, name)
  }
  note('course', found.courses)
  note('user', found.users)
  note('file', found.files)
  note('export', found.exports)
  for (const { hex, name } of found.addresses) names.set(`file ${hex.slice(0, 6)}…`, name)
  for (const { id, payload } of found.jobs) {
    const { filename } = JSON.parse(payload) as { filename?: unknown }
    if (typeof filename !== 'string') continue
    note('job', [{ id, name: filename }])
    const imports = found.imports.filter(({ jobId }) => jobId === id)
    note('import', imports.map((one) => ({ id: one.id, name: filename })))
  }
  return wanted.map((parts) => parts.flatMap(({ type, id }) => {
    const name = names.get(`${type} ${id}`)
    return name === undefined ? [] : [{ type, id, name }]
  }))
}

type Part = Omit<AuditName, 'name'>

function partsOf ({ subject, changes }: Pick<AuditRow, 'subject' | 'changes'>): Part[] {
  const parts = (subject ?? '').split(', ').flatMap((text): Part[] => {
    const [, type, id] = PART.exec(text) ?? []
    return type === undefined || id === undefined ? [] : [{ type: type as Part['type'], id }]
  })
  // The teachers of a course that were added and removed are users.
  const { added, removed } = (changes === null ? {} : JSON.parse(changes)) as Record<string, unknown>
  const people = [added, removed].flatMap((list) => Array.isArray(list) ? list as unknown[] : [])
  return [...parts, ...people.flatMap((id): Part[] =>
    typeof id === 'number' ? [{ type: 'user', id: String(id) }] : [])]
}
