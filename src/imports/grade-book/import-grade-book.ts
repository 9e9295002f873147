import { EMAIL_MAX, isNameTooLong, NAME_MAX, shorten } from '../../short-text.ts'
import type { ImportRun } from '../import-run.ts'
import { Refusal } from '../problems.ts'
import type { RowVisitor } from '../sources/row-splitter.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { readMappedTable } from '../column-maps/read-mapped-table.ts'
import { readCanvas } from './canvas.ts'
import { GradeBook, type GradeBookReading } from './grade-book.ts'
import { courseFor } from './grade-book-course.ts'
import { readMoodle } from './moodle.ts'
import { readTableFormat } from './read-table-format.ts'
import type { GradeBookFormat } from './grade-book-format.ts'
import { TABLE_FORMATS } from './table-formats.ts'

const NO_MAP = 'is a table in no known format; say what its columns are with a column map (--map FILE.json)'

export interface GradeBookFile {
  file: SourceFile
  format: GradeBookFormat
}

/**
 * Imports at least one grade book CSV, all of them into one course. Problems are added to the run. Throws
 * Refusal if no course is named.
 */
export async function importGradeBooks (
  files: readonly [GradeBookFile, ...GradeBookFile[]], run: ImportRun
): Promise<void> {
  const { problems, options: { teacher } } = run
  if (teacher !== undefined && (teacher.length > EMAIL_MAX || !/^[^\s@]+@[^\s@]+$/.test(teacher.trim()))) {
    throw new Refusal({ file: null }, `"${shorten(teacher)}" is not an email address; --teacher expects one`)
  }
  const [first] = files
  const book = new GradeBook(await courseFor(first.file, run), run)
  for (const { file, format } of files) {
    await problems.collect(async () => {
      if (format === 'spreadsheet') return await importMapped(file, book, run)
      await run.readTable(file, (names, line, numbers) => {
        const tooLong = names.find(isNameTooLong)
        if (tooLong !== undefined) {
          const message = `has a column "${shorten(tooLong)}", which is longer than ${NAME_MAX} characters`
          throw new Refusal({ file: file.name, line }, message)
        }
        return readGradeBook(format, names, line, { book, file, numbers, run })
      })
    })
  }
  if (problems.hasErrors) return
  const source = book.book()
  if (!problems.hasErrors) await run.plan(source, 1)
}

function readGradeBook (
  format: Exclude<GradeBookFormat, 'spreadsheet'>, names: string[], header: number, reading: GradeBookReading
): RowVisitor {
  if (format === 'canvas') return readCanvas(names, header, reading)
  if (format === 'moodle') return readMoodle(names, header, reading)
  return readTableFormat(TABLE_FORMATS[format], names, header, reading)
}

/** Imports a table whose columns are chosen by hand. */
async function importMapped (file: SourceFile, book: GradeBook, run: ImportRun): Promise<void> {
  const { map } = run.options
  if (map === undefined) throw new Refusal({ file: file.name }, NO_MAP)
  await run.readTable(file, (_names, _line, numbers) => {
    return readMappedTable(map, { book, file, numbers, run })
  }, { header: 'unknown' })
}
