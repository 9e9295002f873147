// A table whose columns are chosen by hand.
import { isNameTooLong, NAME_MAX, shorten } from '../../short-text.ts'
import { importError } from '../error-messages.ts'
import type { GradeBookReading } from '../grade-book/grade-book.ts'
import { readTableFormat } from '../grade-book/read-table-format.ts'
import type { IdentityUse, TableFormat } from '../grade-book/table-layout.ts'
import type { WarningCode } from '../messages.ts'
import { howToExplainMark } from '../option-names.ts'
import { Refusal } from '../problems.ts'
import type { RowVisitor } from '../sources/row-splitter.ts'
import type { ColumnMap } from './column-map.ts'
import { layoutOfMap } from './map-layout.ts'
import { isSummary, isUnknownMark, marksOf, wordOf } from './mapped-cells.ts'
import type { MappedRows } from './remembered-map.ts'

/** The rows that a map can name besides the header. */
const PLACES = ['points_row', 'due_row'] as const
type RowPlace = typeof PLACES[number]

interface Row {
  fields: string[]
  line: number
}

const FORMAT: Omit<TableFormat, 'layoutOf'> = {
  system: 'spreadsheet',
  ids: ['identity_student_id', 'identity_login', 'identity_email'],
  isKnownByName: true,
  dividesNames: true,
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
  const { header_row: headerLine } = map
  const places = new Map<number, RowPlace>()
  for (const place of PLACES) {
    const line = map[place]
    if (line == null) continue
    const other = line === headerLine ? 'header_row' : places.get(line)
    if (other !== undefined) {
      throw new Refusal({ file: file.name, line }, importError('same_map_rows', { one: other, other: place }))
    }
    places.set(line, place)
  }
  const last = Math.max(0, ...places.keys())
  const found = new Map<RowPlace, Row>()
  let header: Row | undefined
  let width = 0
  let students: RowVisitor | undefined
  const waiting: Row[] = []
  const above: string[][] = []
  const begin = () => {
    if (header === undefined || students !== undefined) return
    const missing = [...places].find(([, place]) => !found.has(place))
    if (missing !== undefined) throw noLine(...missing)
    const names = header.fields
    const placed = (place: RowPlace) => {
      const row = found.get(place)
      return row && { fields: row.fields, place: { file: file.name, line: row.line } }
    }
    const marks = marksOf(map)
    const format: TableFormat = {
      ...FORMAT,
      wordOf: (text) => {
        const meaning = marks.size === 0 ? undefined : marks.get(text.toLowerCase())
        return meaning === undefined ? wordOf(text) : meaning
      },
      howToExplain: (text) => isUnknownMark(text) ? howToExplainMark(run.options.askedBy) : undefined,
      layoutOf: () => layoutOfMap(map, {
        names,
        place: { file: file.name, line: header?.line ?? null },
        points: placed('points_row'),
        due: placed('due_row'),
        numbers,
        run,
      }),
    }
    const [points, due] = PLACES.map((place) => found.get(place)?.fields)
    onHeader({ header: names, points, due, above })
    students = readTableFormat(format, names, header.line, reading)
    for (const { fields, line } of waiting.splice(0)) student(fields, line)
  }
  const student = (fields: string[], line: number) => {
    const beyond = fields.slice(width).findLastIndex((cell) => cell.trim() !== '')
    // In a sheet, a total may have its header in another row.
    if (beyond !== -1 && file.sheet !== undefined) {
      run.problems.warn('cells_without_header', { file: file.name, line })
    }
    if (beyond === -1 || file.sheet !== undefined) students?.(fields.slice(0, width), line)
    else {
      const found = { count: width + beyond + 1, width }
      run.problems.error({ file: file.name, line }, importError('wide_mapped_row', found))
    }
  }
  const noLine = (line: number, what: string) => {
    return new Refusal({ file: file.name, line }, importError('blank_map_row', { what }))
  }
  const isComplete = () => found.size === places.size
  const visit = (fields: string[], line: number) => {
    const place = places.get(line)
    if (place !== undefined) {
      found.set(place, { fields, line })
      if (isComplete()) begin()
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
        const found = { column: shorten(tooLong), most: NAME_MAX }
        throw new Refusal({ file: file.name, line }, importError('long_column', found))
      }
      if (isComplete() || last < line) begin()
      return
    }
    if (students === undefined && line > last) begin()
    if (students !== undefined) student(fields, line)
    else waiting.push({ fields, line })
  }
  return Object.assign(visit, {
    end () {
      if (header === undefined) throw noLine(headerLine ?? 1, 'header_row')
      begin()
      students?.end?.()
    },
  })
}
