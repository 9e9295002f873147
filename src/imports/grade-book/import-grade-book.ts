import { EMAIL_MAX, isNameTooLong, NAME_MAX, shorten } from '../../short-text.ts'
import { importError } from '../error-messages.ts'
import type { ImportRun } from '../import-run.ts'
import { Refusal } from '../problems.ts'
import type { RowVisitor } from '../sources/row-splitter.ts'
import type { ColumnMap } from '../column-maps/column-map.ts'
import { readMappedTable } from '../column-maps/read-mapped-table.ts'
import { headerHash, planRememberedMaps } from '../column-maps/remembered-map.ts'
import { optionName } from '../option-names.ts'
import { readCanvas } from './canvas.ts'
import { GradeBook, type GradeBookReading } from './grade-book.ts'
import type { GradeBookCourse } from './grade-book-course.ts'
import type { GradeBookFile, MappedFile } from './how-to-read.ts'
import { readMoodle } from './moodle.ts'
import { readTableFormat } from './read-table-format.ts'
import type { SystemFormat } from './grade-book-format.ts'
import { TABLE_FORMATS } from './table-formats.ts'

/**
 * Imports grade book files, all of them into one course. Problems are added to the run. Throws Refusal if the
 * teacher's email address is none.
 */
export async function importGradeBooks (
  files: ReadonlyArray<GradeBookFile | MappedFile>, course: GradeBookCourse, run: ImportRun
): Promise<void> {
  const { problems, options: { teacher, askedBy } } = run
  if (teacher !== undefined && (teacher.length > EMAIL_MAX || !/^[^\s@]+@[^\s@]+$/.test(teacher.trim()))) {
    const option = optionName('teacher', askedBy)
    throw new Refusal({ file: null }, importError('not_an_email', { value: shorten(teacher), option }))
  }
  const book = new GradeBook(course, run)
  const maps = new Map<string, ColumnMap>()
  for (const one of files) {
    const { file, format } = one
    await problems.collect(async () => {
      if (format === 'spreadsheet') return await importMapped(one, maps, book, run)
      await run.readTable(file, (names, line, numbers) => {
        const tooLong = names.find(isNameTooLong)
        if (tooLong !== undefined) {
          const found = { column: shorten(tooLong), most: NAME_MAX }
          throw new Refusal({ file: file.name, line }, importError('long_column', found))
        }
        return readGradeBook(format, names, line, { book, file, numbers, run })
      })
    })
  }
  if (problems.hasErrors) return
  const source = book.book()
  if (problems.hasErrors) return
  await run.plan(source, 1)
  planRememberedMaps(maps, { course: source.number, courseId: course.live?.id ?? null, run })
}

function readGradeBook (
  format: SystemFormat, names: string[], header: number, reading: GradeBookReading
): RowVisitor {
  if (format === 'canvas') return readCanvas(names, header, reading)
  if (format === 'moodle') return readMoodle(names, header, reading)
  return readTableFormat(TABLE_FORMATS[format], names, header, reading)
}

/** Imports a table whose columns are chosen by hand. What was given is added to the maps to remember. */
async function importMapped (
  { file, map, origin }: MappedFile, maps: Map<string, ColumnMap>, book: GradeBook, run: ImportRun
): Promise<void> {
  run.noteColumnMap(file, origin)
  await run.readTable(file, (_names, _line, numbers) => {
    return readMappedTable(map, { book, file, numbers, run }, (rows) => {
      if (origin === 'given') maps.set(headerHash(map, rows), map)
    })
  }, { header: 'unknown' })
}
