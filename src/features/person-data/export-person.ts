import type { Database } from '../../../db/database.ts'
import type { Person } from './person.ts'
import { personTerms } from './person-terms.ts'
import { PERSONAL_DATA } from './personal-data.ts'

/**
 * Everything that is stored about a person, as one JSON value: who they are, then what each of
 * `PERSONAL_DATA` holds. No hash of a password or a secret is in it. Other people are, where a stored text
 * names several.
 * @param now ms; due and drop dates are judged by it
 */
export async function exportPerson (
  person: Person,
  { db, now }: { db: Database; now: number }
): Promise<Record<string, unknown>> {
  const context = { db: db.reads, databaseFile: db.file, now, terms: personTerms(person) }
  const { sourceId, names, identifiers, emails } = person
  const all: Record<string, unknown> = {
    exported_at: new Date(now).toISOString(),
    person: { source_id: sourceId, names, student_identifiers: identifiers, emails },
  }
  for (const { name, read } of PERSONAL_DATA) all[name] = await read(person, context)
  return all
}
