import type { Row } from '../../../db/tables.ts'
import { EMAIL_MAX, isNameTooLong, NAME_MAX, shorten } from '../../short-text.ts'
import type { RowVisitor } from '../sources/csv-rows.ts'
import type { ImportRun } from '../import-run.ts'
import { Refusal } from '../problems.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { readCanvas } from './canvas.ts'
import { GradeBook } from './grade-book.ts'
import { readMoodle } from './moodle.ts'
import { NO_COURSE } from '../course-scope.ts'
import type { GradeBookFormat } from './recognize.ts'

/**
 * Imports grade book CSVs, all of them into one course. Problems are added to the run. Throws Refusal where
 * no course is named.
 */
export async function importGradeBooks (
  files: Array<{ file: SourceFile, format: GradeBookFormat }>,
  run: ImportRun
): Promise<void> {
  const { teacher } = run.options
  if (teacher !== undefined && (teacher.length > EMAIL_MAX || !/^[^\s@]+@[^\s@]+$/.test(teacher.trim()))) {
    throw new Refusal({ file: null }, `"${shorten(teacher)}" is not an e-mail; expected one for --teacher`)
  }
  const book = new GradeBook({ ...courseFor(files[0]!.file, run), run })
  for (const { file, format } of files) {
    try {
      let visit: RowVisitor & { end?: () => void } | undefined
      await run.readCsv(file, (names, line) => {
        const tooLong = names.find((name) => isNameTooLong(name))
        if (tooLong !== undefined) {
          throw new Refusal(
            { file: file.name, line },
            `has a column "${shorten(tooLong)}", which is longer than ${NAME_MAX} characters`
          )
        }
        visit = (format === 'canvas' ? readCanvas : readMoodle)(names, line, { book, file, run })
        return visit
      })
      visit?.end?.()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      run.problems.refuse(error)
    }
  }
  if (run.problems.hasErrors) return
  const source = book.book()
  if (!run.problems.hasErrors) await run.plan(source, 1)
}

/**
 * The course that the caller named by its source id, else by its name, else a new one. A course that an
 * earlier file made has its name as source id, so the same command always finds it again; a warning says that
 * others have that name. Throws Refusal where several courses have the name and none has it as source id.
 */
function courseFor (
  file: SourceFile,
  { options, problems, staging: { live } }: ImportRun
): { live: Row<'courses'> | null, course: { sourceId: string, name: string } } {
  const named = (row: Row<'courses'>) => ({ live: row, course: { sourceId: row.source_id, name: row.name } })
  if (options.onlyCourseId !== undefined) {
    const row = live.course(options.onlyCourseId)
    if (row === undefined) throw new Refusal({ file: null }, NO_COURSE)
    return named(row)
  }
  const wanted = options.course?.trim()
  if (wanted === undefined || wanted === '') {
    throw new Refusal(
      { file: file.name },
      'is a grade book, which names no course; say which with --course SOURCE_ID or --course NAME ' +
        '(it is made if there is none)'
    )
  }
  const bySource = live.courseBySource(wanted)
  const [first, ...others] = live.coursesByName(wanted).filter((row) => row.id !== bySource?.id)
  if (bySource !== undefined) {
    const namesakes = first === undefined ? 0 : 1 + others.length
    if (namesakes > 0) problems.warn('namesake_courses', { file: file.name }, namesakes)
    return named(bySource)
  }
  if (first === undefined) return { live: null, course: { sourceId: wanted, name: wanted } }
  if (others.length > 0) throw new Refusal({ file: file.name }, severalCourses(wanted, [first, ...others]))
  return named(first)
}

/** Most courses that an error lists, and most characters of a school or term there. */
const COURSES_LISTED = 5
const WHERE_MAX = 25

function severalCourses (wanted: string, courses: Array<Row<'courses'>>): string {
  const shown = courses.slice(0, COURSES_LISTED).map(({ source_id: id, school, term }) => {
    const where = [school, term].flatMap((part) => part === null ? [] : [shorten(part, WHERE_MAX)])
    return `"${shorten(id)}"${where.length === 0 ? '' : ` (${where.join(', ')})`}`
  })
  const more = courses.length > shown.length ? ` and ${courses.length - shown.length} more` : ''
  return `${courses.length} courses have the name "${shorten(wanted)}"; ` +
    `give the source id of the one you mean: ${shown.join(', ')}${more}`
}
