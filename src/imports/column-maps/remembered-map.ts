// The choice of columns that is remembered for a course: the next file with the same header uses it.
import { createHash } from 'node:crypto'
import type { Row } from '../../../db/tables.ts'
import { NAME_MAX } from '../../short-text.ts'
import type { ImportRun } from '../import-run.ts'
import type { SourceFile } from '../sources/source-files.ts'
import type { ColumnMap } from './column-map.ts'
import { HeaderColumns } from './find-columns.ts'
import { sampleRows, type SampleRow } from './sample-rows.ts'

/** Most maps of one course. The oldest are forgotten. */
const MAPS_KEPT = 20

/** The rows of a table that a map is about. */
export interface MappedRows {
  header: readonly string[]
  /** The row of points possible; undefined if the map names none. */
  points: readonly string[] | undefined
  /** The row of due dates; undefined if the map names none. */
  due?: readonly string[] | undefined
  /** The rows above the header, without those of points possible and of due dates. */
  above: ReadonlyArray<readonly string[]>
}

/**
 * Identifies the tables that a map fits: those with the same header. In the row of points possible, the
 * columns about people must be the same too, or a row of a student might be taken for it. If the map gives
 * titles, they may be from the rows above the header, as in a file with one assignment, so these must be the
 * same too: another assignment would be taken for that one.
 */
export function headerHash (map: ColumnMap, { header, points = [], due = [], above }: MappedRows): string {
  const width = header.findLastIndex((name) => name.trim() !== '') + 1
  const columns = new HeaderColumns(header)
  const labels = map.columns.flatMap(({ column, use }) => {
    const at = use === 'task' || use === 'left_out' ? undefined : columns.find(column)
    return typeof at === 'number' ? [plain(points[at]), ...(due.length === 0 ? [] : [plain(due[at])])] : []
  })
  const hasTitles = map.columns.some(({ title }) => title !== undefined)
  const titles = (hasTitles ? above : []).map((row) => row.map(plain).filter((cell) => cell !== ''))
    .filter((row) => row.length > 0)
  const content = JSON.stringify([
    header.slice(0, width).map(plain), labels, ...(titles.length === 0 ? [] : [titles]),
  ])
  return createHash('sha256').update(content).digest('hex')
}

/** Readers refuse longer headers. */
function plain (cell = ''): string {
  return cell.slice(0, 2 * NAME_MAX).normalize('NFC').replace(/\s+/g, ' ').trim()
}

/**
 * Those of the stored maps that fit a table, in the same order: the newest first. Throws Refusal as
 * `readTable` does.
 */
export async function rememberedMaps (
  file: SourceFile, stored: ReadonlyArray<Row<'column_maps'>>
): Promise<Array<{ map: ColumnMap, courseId: number }>> {
  if (stored.length === 0) return []
  const maps = stored.map(({ map, header_hash: hash, course_id: courseId }) => {
    return { hash, map: JSON.parse(map) as ColumnMap, courseId }
  })
  const lines = maps.flatMap(({ map }) => [map.header_row ?? 1, map.points_row ?? 1, map.due_row ?? 1])
  // Without a line in the map, the header is the first row that has neither points possible nor due dates.
  const { rows } = await sampleRows(file, { rows: Math.max(3, ...lines), width: Infinity })
  return maps.filter(({ hash, map }) => {
    const found = rowsOf(map, rows)
    return found !== undefined && headerHash(map, found) === hash
  })
}

function rowsOf (map: ColumnMap, rows: readonly SampleRow[]): MappedRows | undefined {
  const { header_row: headerLine, points_row: pointsLine, due_row: dueLine } = map
  const isOther = (line: number) => line === pointsLine || line === dueLine
  const header = rows.find(({ line }) => headerLine === undefined ? !isOther(line) : line === headerLine)
  const points = rows.find(({ line }) => line === pointsLine)
  const due = rows.find(({ line }) => line === dueLine)
  const isMissing = (pointsLine != null && points === undefined) || (dueLine != null && due === undefined)
  if (header === undefined || isMissing) return undefined
  const above = rows.filter((row) => row.line < header.line && !isOther(row.line)).map(({ cells }) => cells)
  return { header: header.cells, points: points?.cells, due: due?.cells, above }
}

/**
 * Plans to remember the maps with which files were imported into a course, by their hashes. `course`: its
 * number in the import; `courseId`: null for a new course.
 */
export function planRememberedMaps (
  maps: ReadonlyMap<string, ColumnMap>,
  { course, courseId, run }: { course: number, courseId: number | null, run: ImportRun }
): void {
  const { live, plan } = run.staging
  const chosen = new Map([...maps].slice(-MAPS_KEPT).map(([hash, map]) => [hash, storedMap(map)]))
  const stored = courseId === null ? [] : live.columnMaps(courseId)
  const known = new Map(stored.map((row) => [row.header_hash, row.map]))
  // An older map that is given again takes precedence over newer ones that may fit the same file.
  const newest = new Set([...known.keys()].slice(0, chosen.size))
  for (const [hash, map] of chosen) {
    if (known.get(hash) !== map || !newest.has(hash)) plan.columnMap({ course, header_hash: hash, map })
  }
  const others = [...known.keys()].filter((hash) => !chosen.has(hash))
  for (const hash of others.slice(MAPS_KEPT - chosen.size)) {
    plan.columnMap({ course, header_hash: hash, map: null })
  }
}

/** Without notes, and the same text for the same choice. */
function storedMap ({ header_row, points_row, due_row, marks, columns }: ColumnMap): string {
  const plainMap: ColumnMap = {
    ...(header_row === undefined ? {} : { header_row }),
    ...(points_row == null ? {} : { points_row }),
    ...(due_row == null ? {} : { due_row }),
    ...(marks === undefined ? {} : { marks }),
    columns: columns.map(({ column, use, points_possible, title, category, due_on }) => ({
      column,
      use,
      ...(points_possible == null ? {} : { points_possible }),
      ...(title === undefined ? {} : { title }),
      ...(category === undefined ? {} : { category }),
      ...(due_on === undefined ? {} : { due_on }),
    })),
  }
  return JSON.stringify(plainMap)
}
