// References whose target is in no file and, if that file is not bulk, not in the database. Records that
// need the target are skipped. Others are kept without the reference. Afterwards every reference has a
// target.
import type { ImportRun } from '../import-run.ts'
import type { KnownRoster } from './known-roster.ts'
import type { Bundle } from './manifest.ts'
import { REFERENCES, type ClassBody, type RosterKind } from './roster-files.ts'
import type { SkippedRows } from './skipped-rows.ts'

interface Reading {
  known: KnownRoster
  bundle: Bundle
  /** Kinds of records of which some could not be read: references to those are not checked. */
  unread: ReadonlySet<RosterKind>
  skipped: SkippedRows
}

/** Removes missing references from what was read, with a warning for each. */
export function removeMissingReferences ({ known, bundle, unread, skipped }: Reading, run: ImportRun): void {
  const { records } = run.staging
  const nameOf = (column: string) => bundle.columns?.[column] ?? column
  for (const { kind, field, column, target, whenMissing } of REFERENCES) {
    if (unread.has(target)) continue
    for (const { file, line, source_id: sourceId, target: missing } of records.broken(kind, field, target)) {
      if (known.isStored(target, missing)) continue
      const { warning, action } = whenMissing
      const reference = { file, line, column: nameOf(column), sourceId: missing }
      if (action === 'keep') skipped.warn(warning, reference)
      else skipped.skip(warning, reference)
      if (action === 'skip') {
        records.remove(kind, sourceId)
        continue
      }
      const record = records.find(kind, sourceId)
      if (record !== undefined) records.replace({ ...record, [field]: null })
    }
  }
  if (!unread.has('session')) removeMissingTerms(known, nameOf('termSourcedIds'), skipped, run)
}

function removeMissingTerms (
  known: KnownRoster, column: string, skipped: SkippedRows, { staging: { records } }: ImportRun
): void {
  for (const record of records.ofKind('class')) {
    if (record.is_deleted === 1) continue
    const [title, terms, ...rest] = JSON.parse(record.body) as ClassBody
    const found = terms.filter((term) => {
      if (records.find('session', term) !== undefined || known.isStored('session', term)) return true
      const { file, line } = record
      skipped.warn('term_missing', { file, line, column, sourceId: term })
      return false
    })
    if (found.length < terms.length) {
      records.replace({ ...record, body: JSON.stringify([title, found, ...rest]) })
    }
  }
}

/** Warns of enrollments and line items that belong to something deleted. */
export function warnOfDeleted (run: ImportRun): void {
  const { staging: { records }, problems } = run
  for (const { kind, field, target, whenMissing } of REFERENCES) {
    if (whenMissing.action !== 'skip') continue
    for (const row of records.orphaned(kind, field, target)) {
      problems.warn('reference_to_deleted', run.placeOf(row))
    }
  }
}
