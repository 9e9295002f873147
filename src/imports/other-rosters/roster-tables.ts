// Rosters of other systems. Each of their tables gives records of the kinds that a OneRoster bundle has, so
// that all rules of rosters apply to them. They are complete, and they have no scores.
import type { RosterRecord } from '../../../db/sqlite/staging/records.ts'
import { importError } from '../error-messages.ts'
import type { ImportRun } from '../import-run.ts'
import type { DateOrder } from '../import-options.ts'
import { Refusal } from '../problems.ts'
import type { Source, SourceFile } from '../sources/source-files.ts'
import type { Bundle } from '../oneroster/manifest.ts'
import type { RosterRead } from '../oneroster/import-roster.ts'
import { isOfErased } from '../oneroster/read-records.ts'
import { ROSTER_FILES, type RosterKind } from '../oneroster/roster-files.ts'
import { RowReader } from '../oneroster/row-reader.ts'
import type { SkippedRows } from '../oneroster/skipped-rows.ts'

/** A record that a row gives; see `roster-files.ts` for what `parent`, `other` and `body` are. */
export interface TableRecord {
  kind: RosterKind
  sourceId: string
  parent: string | null
  other: string | null
  body: unknown[]
  /** Many rows give it, such as the term of their section. The first one counts. */
  isShared?: boolean
}

export interface RosterTable {
  /** Without its ending: `sections`. */
  name: string
  /** The kinds of records that are complete with this table. */
  kinds: readonly RosterKind[]
  /** Without it, there is nothing to import. */
  isNeeded: boolean
  required: readonly string[]
  /** None for a row with an error, which is added to the problems. */
  read: (row: RowReader) => TableRecord[]
}

export interface RosterSystem {
  /** With its article: "a Clever roster". */
  name: string
  /** In the order of reading: what is referred to first. */
  tables: readonly RosterTable[]
  /** Names of its other tables, which are not used. */
  unused: readonly string[]
  /** What the system calls columns of OneRoster, for messages. */
  columns: Readonly<Record<string, string>>
  /** The order of dates that the system prescribes. */
  dates?: DateOrder
}

/**
 * Reads the tables of a system into the staging database. Errors are added to the problems. Throws Refusal if
 * a table is missing that is needed.
 */
export async function readRosterTables (
  system: RosterSystem, sources: Source[], skipped: SkippedRows, run: ImportRun
): Promise<RosterRead> {
  const files = sources.flatMap((source) => source.files)
  const found = system.tables.map((table) => ({ table, files: filesOf(table, files) }))
  const missing = found.filter(({ table, files }) => table.isNeeded && files.length === 0)
  if (missing.length > 0) {
    const names = missing.map(({ table }) => `${table.name}.csv`).join(', ')
    const found = { system: system.name, files: names }
    throw new Refusal({ file: sources[0]?.name ?? null }, importError('missing_files', found))
  }
  const unread = new Set<RosterKind>()
  const complete = new Set<RosterKind>()
  const hasCourses = found.some(({ table, files: [file] }) =>
    file !== undefined && table.kinds.includes('course'))
  for (const { table, files } of found) {
    for (const file of files) {
      const before = run.problems.errorCount
      const reading = { system, hasCourses, skipped, run }
      await run.problems.collect(async () => { await readTable(table, file, reading) })
      if (run.problems.errorCount > before) for (const kind of table.kinds) unread.add(kind)
      for (const kind of table.kinds) complete.add(kind)
    }
  }
  const modes: Bundle['modes'] = new Map([
    ...ROSTER_FILES.map(({ name, kind }) => [name, complete.has(kind) ? 'bulk' : 'absent'] as const),
    ['results', 'absent'],
  ])
  return { bundle: { files: new Map(), modes, columns: system.columns }, unread }
}

function filesOf ({ name }: RosterTable, files: SourceFile[]): SourceFile[] {
  return files.filter(({ base }) => base === `${name.toLowerCase()}.csv`)
}

interface TableReading {
  system: RosterSystem
  /** If false, classes may name courses, but nothing is known of those. */
  hasCourses: boolean
  skipped: SkippedRows
  run: ImportRun
}

async function readTable (
  table: RosterTable, file: SourceFile, { system, hasCourses, skipped, run }: TableReading
): Promise<void> {
  const { records } = run.staging
  const number = run.fileNumber(file)
  let rows = 0
  await run.readTable(file, (names, header, numbers) => {
    const row = new RowReader({
      file: file.name,
      names,
      line: header,
      required: [...table.required],
      problems: run.problems,
      numbers,
      dates: run.options.dates ?? system.dates,
      isOneRoster: false,
    })
    return (fields, line) => {
      rows++
      row.next(fields, line)
      for (const { kind, sourceId, parent: given, other, body, isShared } of table.read(row)) {
        const place = { file: file.name, line }
        const parent = kind === 'class' && !hasCourses ? null : given
        if (isOfErased({ kind, sourceId, parent, other, body, isDeleted: false }, place, run)) continue
        const record: RosterRecord = {
          kind,
          source_id: sourceId,
          parent,
          other,
          body: JSON.stringify(body),
          is_deleted: 0,
          modified: 0,
          file: number,
          line,
          ord: number * 1e9 + line,
        }
        if (records.add(record) || isShared === true) continue
        // A person in two schools has two rows, which say the same of them.
        const rival = records.find(kind, sourceId)
        if (rival?.body === record.body && rival.parent === parent && rival.other === other) continue
        row.warn('duplicate_id')
        records.replace({ ...record, ord: rival?.ord ?? record.ord })
      }
    }
  })
  skipped.wasRead(number, rows)
}

/** A teacher's id. Students and teachers of these systems have their own numbers, which may be the same. */
export function teacherId (id: string): string { return `teacher:${id}` }

/** Someone in a section. Rows of these systems have no id of their own. */
export function enrollmentOf (
  section: string, user: string, role: 'student' | 'teacher'
): TableRecord {
  return {
    kind: 'enrollment',
    sourceId: `${section}:${user}`,
    parent: section,
    other: user,
    body: [role, null, null],
    isShared: true,
  }
}

/** What a row of a section says about its term and its course. Both are null if it says nothing. */
export interface SectionPlace {
  school: string | null
  term: { id: string | null, name: string | null, start: string | null, end: string | null }
  course: { id: string | null, name: string | null }
}

/** The term and the course of a section, as records that other sections share, with their ids. */
export function placeOfSection (
  { school, term, course }: SectionPlace
): { records: TableRecord[], term: string | null, course: string | null } {
  const records: TableRecord[] = []
  const isTerm = [term.id, term.name, term.start, term.end].some((part) => part !== null)
  // Next year's "Fall" is another term.
  const termId = isTerm ? term.id ?? ['term', term.name, term.start, term.end].join(':') : null
  if (termId !== null) {
    const body = [term.name, term.start, term.end]
    records.push({ kind: 'session', sourceId: termId, parent: null, other: null, body, isShared: true })
  }
  const key = course.id ?? course.name
  const courseId = key === null ? null : ['course', school, key].join(':')
  if (courseId !== null) {
    const body = [course.name ?? course.id]
    records.push({ kind: 'course', sourceId: courseId, parent: null, other: school, body, isShared: true })
  }
  return { records, term: termId, course: courseId }
}
