// The formulas of Summary, without an equals sign, over the students of one worksheet who are not dropped.
import { BANDS, bandStart } from '../../src/courses/bands.ts'
import { ANY_NUMBER } from './formulas.ts'
import { quotedSheetName } from './sheet-names.ts'
import { columnName, FIRST_STUDENT_ROW, type SheetColumns } from './sheet-plan.ts'

interface OverSheet {
  students: string
  /** `column`: of averages. */
  sum: (column: number) => string
  count: (column: number) => string
  /** Refers to row 5, 6 or 7. */
  average: (column: number) => string
  lowest: (column: number) => string
  highest: (column: number) => string
  /** An array formula. */
  median: (column: number) => string
  /** Students whose course average is in the band with this index. */
  band: (band: number) => string
}

/** `active`: the status of students who are not dropped, as the worksheet has it. */
export function overSheet (
  { name, lastRow }: { name: string, lastRow: number },
  columns: SheetColumns,
  active: string
): OverSheet {
  const sheet = quotedSheetName(name)
  const range = (column: number): string =>
    `${sheet}!$${columnName(column)}$${FIRST_STUDENT_ROW}:$${columnName(column)}$${lastRow}`
  const row = (number: number) => (column: number): string => `${sheet}!$${columnName(column)}$${number}`
  const statuses = range(columns.status)
  const count = (column: number): string =>
    `COUNTIFS(${statuses},"${active}",${range(column)},${ANY_NUMBER})`
  return {
    students: `COUNTIF(${statuses},"${active}")`,
    sum: (column) => `SUMIFS(${range(column)},${statuses},"${active}")`,
    count,
    average: row(5),
    lowest: row(6),
    highest: row(7),
    median: (column) => {
      // The inner condition is for cells that a teacher cleared: in an array, they are 0.
      const values = `IF(${statuses}="${active}",IF(${range(column)}<>"",${range(column)}))`
      return `IF(${count(column)}=0,"",MEDIAN(${values}))`
    },
    band: (band) => {
      // Not text such as ">=0.1": where the decimal separator is a comma, it is not read as a number.
      const cells = range(columns.courseAverage)
      const conditions = [
        ...(band === 0 ? [] : [`${cells},">="&${bandStart(band)}`]),
        ...(band === BANDS - 1 ? [] : [`${cells},"<"&${bandStart(band + 1)}`]),
      ]
      return `COUNTIFS(${statuses},"${active}",${conditions.join(',')})`
    },
  }
}
