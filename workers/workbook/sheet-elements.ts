// Elements of worksheets that xlsx-populate has no call for.
import { escapeXml } from './excel-text.ts'
import {
  averageColumns,
  columnName,
  FIRST_STUDENT_ROW,
  HEADING_ROWS,
  type SheetColumns,
} from './sheet-plan.ts'

export interface Validation {
  range: string
  /** Numbers from 0 to this are allowed. */
  most: number
  /** Shown to a person who enters anything else. */
  message: string
}

/** The longest message in Excel, in UTF-16 units. */
const MOST_MESSAGE = 225

/** The element that limits what a teacher can enter into cells. */
export function dataValidations (validations: Validation[]): string {
  const each = validations.map(({ range, most, message }) =>
    '<dataValidation type="decimal" errorStyle="stop" operator="between" allowBlank="1" ' +
    `showInputMessage="1" showErrorMessage="1" error="${escapeXml(message.slice(0, MOST_MESSAGE))}" ` +
    `sqref="${range}">` +
    `<formula1>0</formula1><formula2>${most}</formula2></dataValidation>`
  )
  return `<dataValidations count="${validations.length}">${each.join('')}</dataValidations>`
}

/**
 * Turns off the green corners of a student sheet: on IDs and names made of digits, and on formulas that Excel
 * questions because their neighbors are numbers too or have another formula. A value that a teacher types
 * over a score keeps its corner.
 */
export function ignoredErrors (columns: SheetColumns, lastRow: number): string {
  const status = columnName(columns.status)
  const last = columnName(columns.last)
  const [first = columns.courseAverage] = averageColumns(columns)
  const averages = `${columnName(first)}${FIRST_STUDENT_ROW}:` +
    `${columnName(Math.max(columns.courseAverage, columns.firstTask - 1))}${lastRow}`
  return '<ignoredErrors>' +
    `<ignoredError sqref="A1:${last}${HEADING_ROWS}" numberStoredAsText="1" formula="1" formulaRange="1"/>` +
    `<ignoredError sqref="A${FIRST_STUDENT_ROW}:${status}${lastRow}" numberStoredAsText="1"/>` +
    `<ignoredError sqref="${averages}" formula="1" formulaRange="1"/></ignoredErrors>`
}

/** The same for Summary, down to a cell. */
export function ignoredErrorsUpTo (cell: string): string {
  return `<ignoredErrors><ignoredError sqref="A1:${cell}" numberStoredAsText="1" formula="1" ` +
    'formulaRange="1"/></ignoredErrors>'
}
