// Errors of imports that the page says in its languages: those that teachers and administrators meet most. It
// finds the template in the message. Other errors are in English everywhere.
import { fillTemplate } from '../message-templates.ts'

/** Of several that fit a message, the first is meant. */
export const IMPORT_ERRORS = {
  // The course.
  archived_course: 'the course "{course}" is archived, so nothing was imported; {restore}, then import again',
  /** It was deleted in the meantime. */
  no_course: 'this course no longer exists',
  // The file.
  is_empty: 'is empty',
  incomplete_json: 'ends in the middle of the document',
  not_zip: 'is not a zip archive; export or download it again',
  incomplete_zip: 'is not a complete zip archive; download or copy it again',
  not_excel:
    'is not an Excel workbook, although its name says so; download it again, or open it in Excel and save ' +
    'it again',
  old_excel:
    'is an old Excel or Word document (.xls, .doc), or one with a password; save it as "Excel Workbook ' +
    '(.xlsx)" without a password',
  pdf: 'is a PDF document, which cannot be imported; export the data as CSV or as an Excel workbook (.xlsx)',
  word: 'is a Word document; copy its table into a spreadsheet and save that as .xlsx',
  open_document:
    'is an OpenDocument file (.ods); open it and save it as "Excel Workbook (.xlsx)", or as "CSV UTF-8"',
  own_export: 'is a Perfbook export, which cannot be imported; import the file that the course came from',
  no_such_sheet: 'has no sheet "{sheet}"; its sheets are: {sheets}',
  empty_sheet: 'has no values in the sheet "{sheet}"',
  // Its rows and columns.
  quote_inside:
    'has a quote inside a field that does not begin with one; put the field in quotes and double the quote',
  text_after_quote: 'has text after a closing quote; double a quote that belongs to the text',
  open_quote: 'has an opening quote that is never closed',
  unknown_format: 'is not in a known format: expected {formats}',
  unclear_columns: 'is a table whose columns are not all clear{marks}; {advice}',
  missing_columns: 'has no column {columns}; the first line must be the header',
  // Students.
  nobody: 'does not identify a student: the id, the login and the email address are all blank',
  second_row: 'is a second row for the student {student}',
  new_people:
    'not in the course "{course}": {added} of {people} people in this grade book, more than a tenth ' +
    '(this is the first); check that it is the right course and that no spreadsheet changed the ' +
    'ids, or allow it with {newPeople}',
  // Values.
  rounded_id:
    '{column} is "{value}": a spreadsheet changed the ids into rounded numbers; export the file again and ' +
    'do not save it from a spreadsheet, or format that column as text first',
  ambiguous_number:
    '{title} is "{value}", expected a number such as 7.5{others}; "{again}" can be {whole} or {decimal}, ' +
    'and no other number in the file shows whether its comma is a decimal separator; {advice}',
  unknown_mark:
    '{title} is "{value}", expected a number such as 7.5{others}; if your school uses "{mark}" as a mark, ' +
    '{advice}',
  not_a_number: '{title} is "{value}", expected a number such as 7.5{others}',
  // What needs permission.
  removals:
    '{removed} of the results of the course "{course}" ({stored}) would be removed, more than half; if ' +
    'this is intended, allow it with {removals}',
  course_removal:
    'the course "{course}" would be removed with its results ({results}); if this is intended, allow it ' +
    'with {removals}',
  skips:
    '{skipped} of {read} rows refer to records that are not in any file, more than a tenth; the first is ' +
    '{cell}; export all files at the same time, or allow it with {skips}',
} as const satisfies Record<string, string>

export type ImportErrorName = keyof typeof IMPORT_ERRORS

/** A message of these templates. Quote a file's content with `shorten`. */
export function importError (
  name: ImportErrorName, values: Readonly<Record<string, string | number>> = {}
): string {
  return fillTemplate(IMPORT_ERRORS[name], values)
}
