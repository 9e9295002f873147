// Which system a roster comes from. Its tables have names and columns that OneRoster does not have.
import { isNameTooLong } from '../../short-text.ts'
import { Refusal } from '../problems.ts'
import { readFirstRows } from '../sources/first-rows.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { CLEVER } from './clever.ts'
import type { RosterSystem } from './roster-tables.ts'
import { SDS } from './sds.ts'
import { SDS_V1 } from './sds-v1.ts'

/** Most files of a source that are read to recognize a roster. */
const FILES_READ = 20

interface RosterMark {
  system: RosterSystem
  /** `has`: the names of a table's columns, in lower case. `base`: the table's name, in lower case. */
  isIt: (has: ReadonlySet<string>, base: string) => boolean
}

const MARKS: readonly RosterMark[] = [
  {
    system: SDS_V1,
    isIt: (has) => has.has('section sis id') || has.has('school sis id') ||
      (has.has('sis id') && has.has('name')),
  },
  {
    system: SDS,
    isIt: (has, base) => has.has('activedirectorymatchid') || has.has('sessionsourcedids') ||
      (base === 'classes.csv' && has.has('sourcedid') && has.has('orgsourcedid')) ||
      (base === 'enrollments.csv' && has.has('classsourcedid') && !has.has('sourcedid')),
  },
  {
    system: CLEVER,
    isIt: (has) => has.has('school_id') &&
      ['student_id', 'teacher_id', 'section_id', 'staff_id', 'school_name'].some((name) => has.has(name)),
  },
]

/** The system that wrote these files, which is not OneRoster; undefined if no table shows it. */
export async function rosterSystemOf (files: readonly SourceFile[]): Promise<RosterSystem | undefined> {
  if (files.some(({ base }) => base === 'manifest.csv')) return undefined
  for (const file of files.filter(({ base }) => base.endsWith('.csv')).slice(0, FILES_READ)) {
    // If it cannot be read, the reader of the roster says what is wrong.
    const first = await readFirstRows(file).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error
    })
    const names = first?.names.map((name) => isNameTooLong(name) ? '' : name.toLowerCase()) ?? []
    const found = MARKS.find(({ isIt }) => isIt(new Set(names), file.base))
    if (found !== undefined) return found.system
  }
  return undefined
}

/** Whether a system has a table with the name of this file. */
export function isTableOf ({ tables, unused }: RosterSystem, { base }: SourceFile): boolean {
  return [...tables.map(({ name }) => name), ...unused].some((name) => base === `${name.toLowerCase()}.csv`)
}

/** The format whose files a system writes. */
export function formatOfSystem (system: RosterSystem): 'sds' | 'clever' {
  return system === CLEVER ? 'clever' : 'sds'
}

/** The system of a format that was chosen by hand. School Data Sync has two, told apart by their files. */
export function systemOfFormat (format: 'sds' | 'clever', files: SourceFile[]): RosterSystem {
  if (format === 'clever') return CLEVER
  return files.some((file) => isTableOf(SDS_V1, file)) ? SDS_V1 : SDS
}
