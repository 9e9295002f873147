// A table whose columns are chosen by hand.
import { isNameTooLong, NAME_MAX, shorten } from '../../short-text.ts'
import type { GradeBookReading } from '../grade-book/grade-book.ts'
import { readTableFormat } from '../grade-book/read-table-format.ts'
import type { IdentityUse, TableFormat } from '../grade-book/table-layout.ts'
import type { WarningCode } from '../messages.ts'
import { Refusal } from '../problems.ts'
import type { RowVisitor } from '../sources/row-splitter.ts'
import type { ColumnMap } from './column-map.ts'
import { layoutOfMap } from './map-layout.ts'
import { isSummary, wordOf } from './mapped-cells.ts'
import type { MappedRows } from './remembered-map.ts'

interface Row {
  fields: string[]
  line: number
}

const FORMAT: Omit<TableFormat, 'layoutOf'> = {
  system: 'spreadsheet',
  ids: ['identity_student_id', 'identity_login', 'identity_email'],
  isKnownByName: true,
  dividesNames: true,
  wordOf,
  alsoExpected: '"EX" (excused), "missing" or a blank cell',
  otherRow,
}
const NAMES: readonly IdentityUse[] = ['identity_name', 'identity_last_name', 'identity_first_name']

/** A row of averages has its label in any column about the student, and nothing in the others. */
function otherRow (cellOf: (use: IdentityUse) => string): WarningCode | undefined {
  const cells = [...NAMES, ...FORMAT.ids].map(cellOf).filter((cell) => cell !== '')
  const [only, ...others] = cells
  if (only === undefined) return 'row_about_no_student'
  return others.length === 0 && isSummary(only) ? 'row_of_averages' : undefined
}

/**
 * The visitor of all rows of a table (header mode `unknown`). It throws Refusal if the header is not where
 * the map says, or does not have its columns. `onHeader` is called once, before the first student.
 */
export function readMappedTable (
  map: ColumnMap, reading: GradeBookReading, onHeader: (rows: MappedRows) => void
): RowVisitor {
  const { file, numbers, run } = reading
  const { header_row: headerLine, points_row: pointsLine = null } = map
  let header: Row | undefined
  let points: Row | undefined
  let width = 0
  let students: RowVisitor | undefined
  const waiting: Row[] = []
  const above: string[][] = []
  const begin = () => {
    if (header === undefined || students !== undefined) return
    if (pointsLine !== null && points === undefined) throw noLine(pointsLine, 'points_row')
    const names = header.fields
    const place = { file: file.name, line: header.line }
    const format: TableFormat = {
      ...FORMAT,
      layoutOf: () => layoutOfMap(map, {
        names,
        place,
        points: points === undefined
          ? undefined
          : { fields: points.fields, place: { file: file.name, line: points.line } },
        numbers,
        run,
      }),
    }
    onHeader({ header: names, points: points?.fields, above })
    students = readTableFormat(format, names, header.line, reading)
    for (const { fields, line } of waiting.splice(0)) student(fields, line)
  }
  const student = (fields: string[], line: number) => {
    const beyond = fields.slice(width).findIndex((cell) => cell.trim() !== '')
    // In a sheet, a total may have its header in another row.
    if (beyond !== -1 && file.sheet !== undefined) {
      run.problems.warn('cells_without_header', { file: file.name, line })
    }
    if (beyond === -1 || file.sheet !== undefined) students?.(fields.slice(0, width), line)
    else {
      run.problems.error(
        { file: file.name, line },
        `has ${width + beyond + 1} cells, but the header has ${width}; is header_row the line of the header?`
      )
    }
  }
  const noLine = (line: number, what: string) => {
    const message = `is blank or inside a row, but it is the ${what} of the column map; correct ${what}`
    return new Refusal({ file: file.name, line }, message)
  }
  const visit = (fields: string[], line: number) => {
    if (line === pointsLine) {
      points = { fields, line }
      if (header !== undefined) begin()
      return
    }
    if (header === undefined) {
      if (headerLine !== undefined && line < headerLine) {
        above.push(fields)
        return
      }
      if (headerLine !== undefined && line > headerLine) throw noLine(headerLine, 'header_row')
      header = { fields: fields.map((name) => name.trim()), line }
      width = header.fields.length
      const tooLong = header.fields.find(isNameTooLong)
      if (tooLong !== undefined) {
        const message = `has a column "${shorten(tooLong)}", which is longer than ${NAME_MAX} characters`
        throw new Refusal({ file: file.name, line }, message)
      }
      if (pointsLine === null || pointsLine < line) begin()
      return
    }
    if (students !== undefined) student(fields, line)
    else {
      if (pointsLine !== null && line > pointsLine) throw noLine(pointsLine, 'points_row')
      waiting.push({ fields, line })
    }
  }
  return Object.assign(visit, {
    end () {
      if (header === undefined) throw noLine(headerLine ?? 1, 'header_row')
      begin()
      students?.end?.()
    },
  })
}
