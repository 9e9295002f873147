import { sourceName } from '../../../db/queries/courses.ts'
import type { Row } from '../../../db/tables.ts'
import { shorten } from '../../short-text.ts'
import type { ImportOptions } from '../import-options.ts'
import { importError, type ImportErrorText } from '../error-messages.ts'
import { archivedCourse } from '../messages.ts'
import type { ImportRun } from '../import-run.ts'
import { optionName } from '../option-names.ts'
import { Refusal } from '../problems.ts'
import type { SourceFile } from '../sources/source-files.ts'

/** The course that grade book files are imported into. */
export interface GradeBookCourse {
  /** Null for a new course. */
  live: Row<'courses'> | null
  sourceId: string
  name: string
  timeZone: string
}

/** Whether the import says which course grade books belong to. */
export function isCourseNamed ({ course, onlyCourseId }: ImportOptions): boolean {
  return onlyCourseId !== undefined || (course?.trim() ?? '') !== ''
}

/** The course of a teacher's import, or the one that `--course` names. Throws Refusal. */
export async function courseFor (file: SourceFile, run: ImportRun): Promise<GradeBookCourse> {
  const { options, staging: { load } } = run
  const live = options.onlyCourseId === undefined ? undefined : run.staging.live.course(options.onlyCourseId)
  if (live === undefined && options.onlyCourseId !== undefined) {
    throw new Refusal({ file: null }, importError('no_course'))
  }
  const wanted = options.course?.trim() ?? ''
  await load.coursesNamed(wanted)
  const row = live ?? namedCourse(wanted, file, run)
  if (row !== undefined && row.archived_at !== null) {
    throw new Refusal({ file: file.name }, archivedCourse(row.name, options.askedBy))
  }
  if (row === undefined) await warnOfNumber(wanted, file, run)
  if (row !== undefined) await load.courses([row.id])
  return {
    live: row ?? null,
    sourceId: row?.source_id ?? wanted,
    name: row === undefined ? wanted : sourceName(row),
    timeZone: options.timeZone ?? row?.imported_time_zone ?? options.defaultTimeZone,
  }
}

/**
 * The course with that source id, else the one with that name. Undefined if there is none: it will be
 * created. A course that an earlier file created has its name as source id, so the same command finds it
 * again; a warning says if others have that name. Archived courses are found only if no other has the name.
 * Throws Refusal if several courses have the name and none has it as source id.
 */
function namedCourse (
  wanted: string, file: SourceFile, { options, problems, staging: { live } }: ImportRun
): Row<'courses'> | undefined {
  if (wanted === '') {
    const option = optionName('course', options.askedBy)
    throw new Refusal({ file: file.name }, importError('course_not_named', { option }))
  }
  const bySource = live.courseBySource(wanted)
  const others = live.coursesByName(wanted).filter((row) => row.id !== bySource?.id)
  const open = others.filter((row) => row.archived_at === null)
  const byName = open.length === 0 ? others : open
  if (bySource !== undefined) {
    if (byName.length > 0) problems.warn('namesake_courses', { file: file.name }, byName.length)
    return bySource
  }
  if (byName.length > 1) throw new Refusal({ file: file.name }, severalCourses(wanted, byName))
  return byName[0]
}

/** Warns if what is to be the name of a new course is the number (id) of a course that there is. */
async function warnOfNumber (
  wanted: string, file: SourceFile, { problems, staging: { live, load } }: ImportRun
): Promise<void> {
  if (!/^[1-9]\d{0,14}$/.test(wanted)) return
  await load.courses([Number(wanted)])
  const course = live.course(Number(wanted))
  if (course === undefined) return
  const cell = `"${shorten(course.name)}" has the id ${wanted}, and the source id ` +
    `"${shorten(course.source_id)}"`
  problems.warn('course_id_given', { file: file.name, cell })
}

/** Most courses that an error lists, and most characters of a school or term there. */
const COURSES_LISTED = 5
const WHERE_MAX = 25

function severalCourses (wanted: string, courses: Array<Row<'courses'>>): ImportErrorText {
  const shown = courses.slice(0, COURSES_LISTED).map(({ source_id: id, school, term }) => {
    const where = [school, term].flatMap((part) => part === null ? [] : [shorten(part, WHERE_MAX)])
    return `"${shorten(id)}"${where.length === 0 ? '' : ` (${where.join(', ')})`}`
  })
  const more = courses.length > shown.length ? ` and ${courses.length - shown.length} more` : ''
  const ids = `${shown.join(', ')}${more}`
  return importError('several_courses', { count: courses.length, name: shorten(wanted), ids })
}
