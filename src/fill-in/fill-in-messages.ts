import { fillTemplate, findTemplate } from '../message-templates.ts'

/** Why a table cannot be filled in, where it is the same for all. The page says it in its languages. */
export const FILL_IN_MESSAGES = {
  empty: 'The file is empty.',
  encrypted: 'The file is encrypted with a password. Save it without one and send it again.',
  old_excel:
    'The file is an old Excel document (.xls). Save it as "Excel Workbook (.xlsx)" and send it again.',
  damaged: 'The file is damaged, or only a part of it. Download or copy it again, or save it again in Excel.',
  pdf: 'The file is a PDF document. Ask the office for the table as an Excel workbook (.xlsx) or a CSV file.',
  not_excel: 'The file is an archive, but not an Excel workbook (.xlsx).',
  macros:
    'The workbook has macros. Save it as "Excel Workbook (.xlsx)", which has none, and send it again.',
  signed: 'The workbook is signed, and a change would break its signature.',
  no_visible_sheet: 'The workbook has no visible sheet with cells.',
  not_text:
    'The file is neither an Excel workbook (.xlsx) nor text. Download it again, or save the table as "CSV ' +
    'UTF-8", and send it again.',
  separator: 'The separator of the file must be a comma, a semicolon or a tab.',
  no_grades: 'The course has no grading scale, so it has no grades.',
} as const

/** Messages with placeholders for a row, a column or names. */
export const FILL_IN_TEMPLATES = {
  many_columns: 'Row {row} has too many columns.',
  open_quote: 'Row {row} has an opening quote that is never closed.',
  after_quote: 'Row {row} has text after a closing quote; double a quote that belongs to the text.',
  long_cell: 'Row {row} has a cell that is too long. Is this a table?',
  empty_row: 'Row {row} (header_row) is empty.',
  column_twice: 'Row {row} has the column "{column}" more than once.',
  no_sheet: 'The workbook has no sheet "{sheet}"; its sheets are: {sheets}.',
} as const

type Template = keyof typeof FILL_IN_TEMPLATES

/** A message with its placeholders replaced by these values. */
export function fillInMessage (template: Template, values: Record<string, string | number>): string {
  return fillTemplate(FILL_IN_TEMPLATES[template], values)
}

interface MadeMessage { template: Template, values: Record<string, string> }

/** The template that a message was made from, with its values. Undefined: it was made from none. */
export function templateOf (message: string): MadeMessage | undefined {
  const found = findTemplate(message, FILL_IN_TEMPLATES)
  return found === undefined ? undefined : { template: found.name, values: found.values }
}
