// The workbook's formulas, without an equals sign. Excel 2007 (rows 6 and 7: 2019), LibreOffice and Gnumeric
// calculate the same numbers from them. The reasons are in docs/workbook.md.
import { columnName, FIRST_STUDENT_ROW, type SheetColumns } from './sheet-plan.ts'

/** A condition that any number meets and no text does. */
export const ANY_NUMBER = '">=-1E+300"'

export interface SheetFormulas {
  /** The mean of the student's scores in the category of that column. */
  categoryAverage: (column: number, row: string) => string
  /** Undefined where no category has scores. */
  courseAverage: ((row: string) => string) | undefined
  /** Undefined without a grading scale. */
  grade: ((row: string) => string) | undefined
  /** Over students who are not dropped. `isTask`: the column of a task, not of averages. */
  overStudents: (
    which: 'average' | 'lowest' | 'highest',
    column: number,
    options: { isTask: boolean }
  ) => string
}

/** The cells of a grading scale on Summary: `Summary!$A$30:$A$42`, and the limits beside them. */
export interface ScaleCells {
  grades: string
  limits: string
}

interface FormulaOptions {
  values: 'percent' | 'points'
  /** The status of students who are not dropped, as the worksheet has it. */
  active: string
  scale: ScaleCells | undefined
}

/** The formulas of one worksheet whose students end at `lastRow`. */
export function sheetFormulas (
  columns: SheetColumns,
  lastRow: number,
  { values, active, scale }: FormulaOptions
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
    grade: scale === undefined
      ? undefined
      : (row) => {
          const average = `${columnName(columns.courseAverage)}${row}`
          const { grades, limits } = scale
          // An average below the last limit, which is 0, has the last grade.
          const place = `MIN(ROWS(${grades}),1+SUMPRODUCT(--(${limits}>ROUND(${average},10))))`
          return `IF(${average}="","",INDEX(${grades},${place}))`
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
