import type { RosterRecord } from '../../../../db/staging-records.queries.ts'
import { shorten } from '../../../short-text.ts'
import type { ImportRun } from '../import-run.ts'
import { Refusal, type Place } from '../problems.ts'
import type { SourceFile } from '../source-files.ts'
import type { Bundle } from './manifest.ts'
import { REFERENCES, ROSTER_FILES, type ClassBody, type RosterFile, type RosterKind, type UserBody } from './roster-files.ts'
import { RowReader } from './row-reader.ts'

/** Reads every file of a bundle but results into the staging database. What is wrong is added to the problems. */
export async function readRecords (bundle: Bundle, run: ImportRun): Promise<void> {
  for (const file of ROSTER_FILES) {
    for (const source of bundle.files.get(file.name) ?? []) {
      try {
        await readRecordFile(file, source, run)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        run.problems.refuse(error)
      }
    }
  }
}

async function readRecordFile (file: RosterFile, source: SourceFile, run: ImportRun): Promise<void> {
  const { records } = run.staging
  const number = run.fileNumber(source)
  await run.readCsv(source, (names, header) => {
    const row = new RowReader({ file: source.name, names, line: header, required: ['sourcedId', ...file.required], problems: run.problems })
    return (fields, line) => {
      row.next(fields, line)
      const sourceId = row.needed('sourcedId')
      if (sourceId === null) return
      const isDeleted = row.isDeleted()
      const { parent, other, body } = file.read(row)
      if (isOfErased({ kind: file.kind, sourceId, parent, other, body, isDeleted }, { file: source.name, line }, run)) return
      const record: RosterRecord = {
        kind: file.kind,
        source_id: sourceId,
        parent,
        other,
        body: JSON.stringify(body),
        is_deleted: isDeleted ? 1 : 0,
        modified: row.lastModified(),
        file: number,
        line,
        ord: number * 1e9 + line,
      }
      if (records.add(record)) return
      const rival = records.find(file.kind, sourceId)!
      if (rival.file === number) row.warn('duplicate_id')
      if (record.modified >= rival.modified) records.replace({ ...record, ord: rival.ord })
    }
  })
}

interface ReadRecord { kind: RosterKind, sourceId: string, parent: string | null, other: string | null, body: unknown[], isDeleted: boolean }

/** Whether a row is about a person who was erased: the user, or what belongs to them. */
function isOfErased ({ kind, sourceId, parent, other, body, isDeleted }: ReadRecord, place: Place, { erased }: ImportRun): boolean {
  if (kind === 'user') {
    const [, , , studentIdentifier, email] = body as UserBody
    return !isDeleted && erased.leavesOut({ sourceIds: [sourceId], studentIdentifier, email }, place)
  }
  const user = kind === 'enrollment' ? other : kind === 'role' ? parent : null
  return user !== null && erased.leavesOutUser(user, place)
}

/** Adds an error for every reference to something that is nowhere, and a warning for what belongs to something deleted. */
export function checkReferences (run: ImportRun): void {
  const { staging: { records }, problems } = run
  for (const { kind, field, column, target } of REFERENCES) {
    for (const { file, line, target: sourceId } of records.broken(kind, field, target)) {
      problems.error({ file: run.fileName(file), line }, brokenReference(column, sourceId, target))
    }
  }
  for (const { kind, field, target } of REFERENCES.filter(({ kind }) => kind === 'enrollment' || (kind === 'lineItem'))) {
    for (const { file, line } of target === 'category' ? [] : records.orphaned(kind, field, target)) problems.warn('reference_to_deleted', { file: run.fileName(file), line })
  }
  for (const record of records.ofKind('class')) {
    if (record.is_deleted === 1 || record.file < 0) continue
    const [, terms] = JSON.parse(record.body) as ClassBody
    for (const term of terms) {
      if (records.find('session', term) === undefined) problems.error({ file: run.fileName(record.file), line: record.line }, brokenReference('termSourcedIds', term, 'session'))
    }
  }
}

const NAMES: Record<string, string> = {
  org: 'an org of orgs.csv',
  session: 'a session of academicSessions.csv',
  course: 'a course of courses.csv',
  class: 'a class of classes.csv',
  user: 'a user of users.csv',
  category: 'a category of categories.csv',
  lineItem: 'a line item of lineItems.csv',
}

export function brokenReference (column: string, sourceId: string, target: string): string {
  return `${column} is "${shorten(sourceId)}", expected ${NAMES[target]!}; there is none of that sourcedId`
}
