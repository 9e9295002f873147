import type { RosterRecord } from '../../../db/sqlite/staging/records.ts'
import type { ImportRun } from '../import-run.ts'
import type { ClassBody, SessionBody } from './roster-files.ts'

/** The title and the days of a term. */
interface Term { title: string | null, start: string | null, end: string | null }

export function termsOf (record: RosterRecord, run: ImportRun): Term[] {
  return termsById((JSON.parse(record.body) as ClassBody)[1], run)
}

/** In the order of their start. */
export function termsById (ids: string[], { staging }: ImportRun): Term[] {
  const terms = ids.flatMap((id) => {
    const session = staging.records.find('session', id)
    if (session === undefined || session.is_deleted === 1) return []
    const [title, start, end] = JSON.parse(session.body) as SessionBody
    return [{ title, start, end }]
  })
  return terms.sort((a, b) => compareText(a.start ?? '', b.start ?? ''))
}

function compareText (a: string, b: string): number { return a < b ? -1 : a > b ? 1 : 0 }

/**
 * The day on which an enrollment ended early, which is before the latest end of its terms; null if it did
 * not.
 */
export function endedEarlyOn (end: string | null, terms: Term[]): string | null {
  if (end === null) return null
  const lastDay = terms.flatMap((term) => term.end ?? []).sort().at(-1)
  return lastDay === undefined || end < lastDay ? end : null
}
