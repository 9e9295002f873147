import type { RosterRecord } from '../../../db/sqlite/staging/records.ts'
import type { ImportRun } from '../import-run.ts'
import type { Place } from '../problems.ts'
import type { SourceFile } from '../sources/source-files.ts'
import type { Bundle } from './manifest.ts'
import { ROSTER_FILES, type RosterFile, type RosterKind, type UserBody } from './roster-files.ts'
import { RowReader } from './row-reader.ts'
import type { SkippedRows } from './skipped-rows.ts'

/**
 * Reads every file of a bundle except results into the staging database. Errors are added to the problems.
 * Returns the kinds of records whose files had errors: some of those records may not have been read.
 */
export async function readRecords (
  bundle: Bundle, skipped: SkippedRows, run: ImportRun
): Promise<Set<RosterKind>> {
  const unread = new Set<RosterKind>()
  for (const file of ROSTER_FILES) {
    const before = run.problems.errorCount
    for (const source of bundle.files.get(file.name) ?? []) {
      await run.problems.collect(async () => { await readRecordFile(file, source, skipped, run) })
    }
    if (run.problems.errorCount > before) unread.add(file.kind)
  }
  return unread
}

async function readRecordFile (
  file: RosterFile, source: SourceFile, skipped: SkippedRows, run: ImportRun
): Promise<void> {
  const { records } = run.staging
  const number = run.fileNumber(source)
  let rows = 0
  await run.readTable(source, (names, header, numbers) => {
    const row = new RowReader({
      file: source.name,
      names,
      line: header,
      required: ['sourcedId', ...file.required],
      problems: run.problems,
      numbers,
      dates: run.options.dates,
    })
    return (fields, line) => {
      rows++
      row.next(fields, line)
      const sourceId = row.needed('sourcedId')
      if (sourceId === null) return
      const isDeleted = row.isDeleted()
      const { parent, other, body } = file.read(row)
      const place = { file: source.name, line }
      if (isOfErased({ kind: file.kind, sourceId, parent, other, body, isDeleted }, place, run)) return
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
      const rival = records.find(file.kind, sourceId)
      if (rival?.file === number) row.warn('duplicate_id')
      if (record.modified >= (rival?.modified ?? 0)) {
        records.replace({ ...record, ord: rival?.ord ?? record.ord })
      }
    }
  })
  skipped.wasRead(number, rows)
}

interface ReadRecord {
  kind: RosterKind
  sourceId: string
  parent: string | null
  other: string | null
  body: unknown[]
  isDeleted: boolean
}

/** Whether a row is about a person who was erased: the user, or what belongs to them. */
export function isOfErased (
  { kind, sourceId, parent, other, body, isDeleted }: ReadRecord, place: Place, { erased }: ImportRun
): boolean {
  if (kind === 'user') {
    const [, , , studentIdentifier, email, username] = body as UserBody
    const usernames = username === null || username === undefined ? [] : [username]
    const person = { sourceIds: [sourceId], studentIdentifier, email, usernames }
    return !isDeleted && erased.excludes(person, place)
  }
  const user = kind === 'enrollment' ? other : kind === 'role' ? parent : null
  return user !== null && erased.excludesUser(user, place)
}
