import type { Row } from '../../../../db/tables.ts'
import { EMAIL_MAX, isNameTooLong, listNames, NAME_MAX, shorten } from '../../../short-text.ts'
import type { RowVisitor } from '../csv-rows.ts'
import type { ImportRun } from '../import-run.ts'
import { Refusal } from '../problems.ts'
import type { SourceFile } from '../source-files.ts'
import { readCanvas } from './canvas.ts'
import { GradeBook } from './grade-book.ts'
import { readMoodle } from './moodle.ts'
import type { GradeBookFormat } from './recognize.ts'

/** Imports grade book CSVs, all of them into one course. Problems are added to the run; throws Refusal where no course is named. */
export async function importGradeBooks (files: Array<{ file: SourceFile, format: GradeBookFormat }>, run: ImportRun): Promise<void> {
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

/** The course that the caller named: by its source id, else by its name, else a new one. */
function courseFor (
  file: SourceFile, { options, problems, staging: { live } }: ImportRun
): { live: Row<'courses'> | null, course: { sourceId: string, name: string } } {
  const named = (row: Row<'courses'>) => ({ live: row, course: { sourceId: row.source_id, name: row.name } })
  if (options.onlyCourseId !== undefined) {
    const row = live.course(options.onlyCourseId)
    if (row === undefined) throw new Refusal({ file: null }, `there is no course with id ${options.onlyCourseId}`)
    return named(row)
  }
  const wanted = options.course?.trim()
  if (wanted === undefined || wanted === '') throw new Refusal({ file: file.name }, 'is a grade book, which names no course; say which with --course SOURCE_ID or --course NAME (it is made if there is none)')
  const bySource = live.courseBySource(wanted)
  const byName = live.coursesByName(wanted)
  if (bySource !== undefined) {
    // The source id of a course that a file made is its name. A roster may have brought another of that name.
    const others = byName.filter((row) => row.id !== bySource.id).length
    if (others > 0) problems.warn('namesake_courses', { file: file.name }, others)
    return named(bySource)
  }
  if (byName.length > 1) {
    throw new Refusal(
      { file: file.name },
      `${byName.length} courses are named "${shorten(wanted)}"; give the source id of one: ${listNames(byName.map((row) => row.source_id))}`
    )
  }
  return byName.length === 1 ? named(byName[0]!) : { live: null, course: { sourceId: wanted, name: wanted } }
}
