// The workbook's formulas, without an equals sign. Excel 2007 (rows 6 and 7: 2019), LibreOffice and Gnumeric
// calculate the same numbers from them. The reasons are in docs/workbook.md.
import { columnName, FIRST_STUDENT_ROW, type SheetColumns } from './sheet-plan.ts'

/** A condition that any number meets and no text does. */
const ANY_NUMBER = '">=-1E+300"'

export interface SheetFormulas {
  /** The mean of the student's scores in the category of that column. */
  categoryAverage: (column: number, row: string) => string
  /** Undefined where no category has scores. */
  courseAverage: ((row: string) => string) | undefined
  /** Over students who are not dropped. `isTask`: the column of a task, not of averages. */
  overStudents: (
    which: 'average' | 'lowest' | 'highest',
    column: number,
    options: { isTask: boolean }
  ) => string
}

/**
 * The formulas of one worksheet whose students end at `lastRow`. `active`: the status of students who are not
 * dropped, as the worksheet has it.
 */
export function sheetFormulas (
  columns: SheetColumns,
  lastRow: number,
  { values, active }: { values: 'percent' | 'points', active: string }
): SheetFormulas {
  const [firstTask, lastTask] = [columnName(columns.firstTask), columnName(columns.last)]
  const [firstCategory, lastCategory] = [columnName(columns.firstCategory), columnName(columns.firstTask - 1)]
  const status = columnName(columns.status)
  const statuses = `$${status}$${FIRST_STUDENT_ROW}:$${status}$${lastRow}`
  const numbers = `$${firstTask}$1:$${lastTask}$1`
  const possible = `$${firstTask}$4:$${lastTask}$4`
  const weights = `$${firstCategory}$4:$${lastCategory}$4`

  return {
    categoryAverage (column, row) {
      const cells = `$${firstTask}${row}:$${lastTask}${row}`
      const number = `${columnName(column)}$1`
      if (values === 'percent') return `IFERROR(AVERAGEIF(${numbers},${number},${cells}),"")`
      const sum = `SUMPRODUCT(--(${numbers}=${number}),${cells},1/(${possible}+(${possible}=0)))`
      return `IFERROR(${sum}/COUNTIFS(${numbers},${number},${cells},${ANY_NUMBER}),"")`
    },
    courseAverage: columns.categories.length === 0
      ? undefined
      : (row) => {
          const cells = `$${firstCategory}${row}:$${lastCategory}${row}`
          const counted = `SUMIF(${cells},${ANY_NUMBER},${weights})`
          return `IF(${counted}=0,"",SUMPRODUCT(${cells},${weights})/${counted})`
        },
    overStudents (which, column, { isTask }) {
      const name = columnName(column)
      const cells = `${name}$${FIRST_STUDENT_ROW}:${name}$${lastRow}`
      const call = { average: 'AVERAGEIFS', lowest: '_xlfn.MINIFS', highest: '_xlfn.MAXIFS' }[which]
      const scale = values === 'points' && isTask ? `/(${name}$4+(${name}$4=0))` : ''
      const value = `${call}(${cells},${statuses},"${active}")${scale}`
      return `IF(COUNTIFS(${statuses},"${active}",${cells},${ANY_NUMBER})=0,"",${value})`
    },
  }
}

/** What Summary adds up of one worksheet: the students not dropped, or the averages of those in a column. */
export function sheetSums (
  sheet: string,
  columns: SheetColumns,
  lastRow: number,
  active: string
): { students: string, sum: (column: number) => string, count: (column: number) => string } {
  const range = (column: number): string =>
    `${sheet}!$${columnName(column)}$${FIRST_STUDENT_ROW}:$${columnName(column)}$${lastRow}`
  const statuses = range(columns.status)
  return {
    students: `COUNTIF(${statuses},"${active}")`,
    sum: (column) => `SUMIFS(${range(column)},${statuses},"${active}")`,
    count: (column) => `COUNTIFS(${statuses},"${active}",${range(column)},${ANY_NUMBER})`,
  }
}
