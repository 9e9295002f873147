// The errors of imports. The page finds the template in the message, to say the same in its languages.
import { GRADING_SCALE_PROBLEMS } from '../courses/grading-scale-problems.ts'
import { fillTemplate } from '../message-templates.ts'

/** If several fit a message, the page uses the first. */
export const IMPORT_ERRORS = {
  // The request.
  not_an_email: '"{value}" is not an email address; {option} expects one',
  no_time_zone: '"{value}" is not a time zone; expected a name such as Europe/Berlin',
  sheet_without_workbook: '{option} is for Excel workbooks; leave it out for other files',
  course_without_grade_book:
    '{course} and {teacher} are for grade book CSVs; other sources name their courses and teachers ' +
    'themselves',
  map_for_format: 'a column map is for the format spreadsheet, not for {format}',
  busy: 'other imports kept changing the database; try again when they have finished',
  locked: 'another program has kept the database locked for {time}; try again when it has finished',
  warning_as_error: '{warning}; {times}; warnings are errors with {strict}',
  map_unreadable: 'cannot be read ({code}); --map expects a file with a column map',
  map_too_long: 'is longer than {most} bytes; is this a column map?',
  map_no_json: 'is not JSON{where}; expected a column map such as {example}',
  // The course.
  archived_course: 'the course "{course}" is archived, so nothing was imported; {restore}, then import again',
  /** It was deleted in the meantime. */
  no_course: 'this course no longer exists',
  teacher_removal: "the course would be removed; only an administrator's import can do that",
  course_twice: 'is for the course {course}, which is in another part of this import too',
  other_course:
    'is for the course {given}, not {own}. Choose the file of this course, or ask an administrator to ' +
    'import it.',
  no_roster_course:
    'is a roster, but this course was not imported from a roster; ask an administrator to import it',
  no_class:
    'This bundle has no class of "{course}". Choose the bundle of this course, or ask an administrator to ' +
    'import it.',
  course_not_named:
    'is a grade book, which does not name its course; name it with {option}, by its source id or its name ' +
    '(a course that does not exist is created)',
  several_courses: '{count} courses have the name "{name}"; give the source id of the one you mean: {ids}',
  remembered_columns:
    'has columns that were chosen by hand before, for {courses}; name the course with {option}: {ids}',
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
  no_file: 'there is no such file or folder',
  cannot_open: 'cannot be opened: {reason}',
  neither_file: 'is neither a file nor a folder',
  many_bytes: 'an import may have at most {most} bytes (IMPORT_MAX_BYTES)',
  many_unpacked_bytes: 'unpacks to {bytes} bytes; an import may have at most {most} bytes (IMPORT_MAX_BYTES)',
  other_archive: 'is a {ending} archive, expected a zip; {advice}',
  sqlite: 'is a SQLite database; export its data as CSV instead',
  binary_workbook: 'is an Excel binary workbook (.xlsb); open it and save it as "Excel Workbook (.xlsx)"',
  slides: 'is a PowerPoint document, which has no table to import',
  numbers: 'is a Numbers document; export it: File, Export To, Excel',
  other_office: 'is an Office document, but not an Excel workbook; save its table as .xlsx',
  no_sheet: 'has no sheet with cells',
  no_visible_sheet: 'has no visible sheet with values; choose a hidden one with {option}',
  damaged_workbook: 'is damaged: {what}; open it in a spreadsheet program and save it again',
  many_texts: 'has more than {most} texts; is this the grade book of one course?',
  long_cell: 'has a text of more than {most} characters in one cell; shorten it',
  long_row: 'has more than {most} characters in one row',
  formula:
    '{cell} is a formula without a stored result; open the file in Excel or LibreOffice, save it, and ' +
    'import it again',
  formulas:
    '{cell} and {count} more cells are formulas without a stored result; open the file in Excel or ' +
    'LibreOffice, save it, and import it again',
  roster_workbook: 'looks like a table of a roster in an Excel workbook; {advice}',
  workbook_no_json: 'is an Excel workbook, which is not read as performance-book; it is JSON',
  workbook_as_roster: 'is an Excel workbook, which is not read as {format}; {advice}',
  workbooks_in_archive:
    'has no .csv file, but Excel workbooks ({workbooks}); import a grade book as its own file; {advice}',
  empty_archive: 'is empty: it has no {ending} file',
  no_such_files: 'has no {ending} file; found: {found}',
  empty_bundle: 'is empty: it has none of the files of a OneRoster bundle (users.csv, classes.csv, …)',
  no_bundle: 'has none of the files of a OneRoster bundle (users.csv, classes.csv, …); found: {found}',
  prefixed_files:
    'looks like the {own}.csv of a OneRoster bundle, but its files must have no prefix: {own}.csv, ' +
    '{other}.csv, …; rename them',
  mixed_rosters:
    'looks like {system}, but another file of this import is a roster of another format; import them one ' +
    'at a time',
  missing_files:
    'looks like {system}, but has no {files}; import all of its files together, as a zip or a folder',
  many_files: 'has more than {most} entries; choose the folder that has only the bundle',
  several_folders: 'has files in {count} folders ({folders}); import the files of one folder at a time',
  // A zip archive.
  nested_archives: 'has zip archives that are nested too deeply',
  inner_not_zip: 'contains {file}, which is not a zip archive',
  path_outside: 'has an entry whose path leads out of the archive; create the archive again',
  unreadable: 'cannot be read: {reason}',
  many_entries: 'has {count} entries; at most {most} are read',
  long_entry_name: 'has an entry whose name is longer than {most} characters',
  hidden_entries: 'has more entries than the {count} that it declares; create the archive again',
  overlapping_entries: 'has entries that overlap each other; create the archive again',
  several_zips: 'has {count} zip archives ({names}); import them one at a time',
  several_archives: 'has {count} archives or workbooks ({names}); import them one at a time',
  encrypted: '{file} is encrypted; export it without a password',
  other_compression:
    '{file} is compressed with {method}, which is not supported; unpack the archive, and zip its files ' +
    'again with the method Deflate',
  same_names: 'has two files named {file}',
  damaged_entry: 'is damaged in its archive; download or copy the archive again',
  // Its text.
  incomplete_utf16: 'is not complete UTF-16; export it again, or save the file as "CSV UTF-8"',
  utf8_after_other: 'is UTF-8, but lines before it are not; save the file as "CSV UTF-8"',
  other_after_utf8: 'is not UTF-8, but other lines are; save the file as "CSV UTF-8"',
  mac_roman: 'is not UTF-8; it may be in MacRoman, which is not supported; save the file as "CSV UTF-8"',
  no_text: 'is not text in UTF-8, UTF-16 or Windows-1252; save the file as "CSV UTF-8"',
  nul: 'has a NUL character',
  other_separator: 'names "{separator}" as its separator, expected a comma, a semicolon or a tab',
  // Its rows and columns.
  quote_inside:
    'has a quote inside a field that does not begin with one; put the field in quotes and double the quote',
  text_after_quote: 'has text after a closing quote; double a quote that belongs to the text',
  open_quote: 'has an opening quote that is never closed',
  unknown_format: 'is not in a known format: expected {formats}',
  unclear_columns: 'is a table whose columns are not all clear{marks}; {advice}',
  missing_columns: 'has no column {columns}; the first line must be the header',
  no_header: 'has no header; the first line must name the columns',
  long_quoted_cell: 'has a cell in quotes that is longer than {most} bytes, or whose quote is never closed',
  long_line: 'is longer than {most} bytes; is this a CSV file?',
  many_columns: 'has {count} columns, expected at most {most}; is this the header?',
  wide_row:
    'has {count} fields, expected {width} as in the header; a field with a {separator} in it must be in ' +
    'quotes',
  wide_mapped_row: 'has {count} cells, but the header has {width}; is header_row the line of the header?',
  same_map_rows: 'is both the {one} and the {other} of the column map; correct one of them',
  blank_map_row: 'is blank or inside a row, but it is the {what} of the column map; correct {what}',
  map_does_not_fit: 'does not fit the column map: {faults}',
  single_scores:
    'has a row for each score, expected a row for each student and a column for each assignment; make a ' +
    'pivot table of it in a spreadsheet (students in the rows, assignments in the columns, the scores as ' +
    'values), save that sheet as CSV, and import it',
  column_twice: 'has the column {column} twice',
  long_column: 'has a column "{column}", which is longer than {most} characters',
  long_value: 'has "{value}", which is longer than {most} characters',
  long_name: 'the {field} of {what} begins with "{value}" and is longer than {most} characters',
  many_cells: 'has more than {most} cells; is this the grade book of one course?',
  many_tasks:
    'has more than {most} tasks in one course; split the course, or leave out those that are no longer ' +
    'needed',
  many_categories:
    'has more than {most} categories in one course; split the course, or leave out those that are no ' +
    'longer needed',
  many_periods:
    'has more than {most} periods in one course; split the course, or leave out those that are no longer ' +
    'needed',
  many_teachers:
    'has more than {most} teachers in one course; split the course, or leave out those that are no longer ' +
    'needed',
  // Students.
  nobody: 'does not identify a student: the id, the login and the email address are all blank',
  second_row: 'is a second row for the student {student}',
  new_people:
    'not in the course "{course}": {added} of {people} people in this grade book, more than a tenth ' +
    '(this is the first); check that it is the right course and that no spreadsheet changed the ' +
    'ids, or allow it with {newPeople}',
  // Grade books of other systems.
  no_brightspace_grades:
    'has no Brightspace grades in points: their headers look like "Quiz 1 Points Grade <Numeric ' +
    'MaxPoints:10>"; export again with Grades > Enter Grades > Export, "Points grade", in English',
  no_moodle_grades:
    'has no Moodle grade columns: their headers end with (Real), (Percentage) or (Letter); export it in ' +
    'Moodle with Grades, Export, "Plain text file", in English',
  moodle_language:
    'This looks like a Moodle grade export in another language; set the language of Moodle to English and ' +
    'export again: Grades, Export, "Plain text file"',
  canvas_sis:
    'This looks like a Canvas SIS import file{file}; such files bring people into Canvas and have no ' +
    'scores; ask your student information system for OneRoster CSV, or export the grade book in Canvas: ' +
    'Grades, Export, "Export Entire Gradebook"',
  no_blackboard_grades:
    'has no Blackboard grades: their headers look like "Quiz 1 [Total Pts: 10 Score] |101"; download the ' +
    'full grade book again',
  student_before_points:
    'is a student; expected the row "Points Possible" before it; export the whole grade book',
  no_points_row: 'has no row "Points Possible"; export the whole grade book',
  no_classroom_rows:
    'has no row of due dates and row of points before the students, as Google Classroom writes them, and ' +
    'no points in the titles, as in "Essay (10 points)"; download the grades again: Grades > Download all ' +
    'grades as CSV',
  no_tasks_with_points: 'has no assignments with points; export it again: {how}',
  // OneRoster.
  listed_file_missing: 'lists {file} as {mode}, but there is no {file}.csv',
  mixed_modes:
    'is {mode}, but another {file}.csv of this import is {other}; import one after the other, bulk first',
  blank_id: '{column} is blank, expected {what}',
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
  points_possible: 'the points possible of {title} are "{value}", expected {expected}',
  date_of_column:
    'the date of {title} is "{value}", expected a date written YYYY-MM-DD; or set the order of dates with ' +
    '{option}',
  due_date:
    'the due date of {title} is "{value}", expected a date written YYYY-MM-DD; or set the order of dates ' +
    'with {option}',
  unclear_date:
    '{column} is "{value}", expected a date written YYYY-MM-DD; or set the order of dates with {option}',
  date_in_order: '{column} is "{value}", expected a date written YYYY-MM-DD or like {example}',
  not_a_date: '{column} is "{value}", expected a date written YYYY-MM-DD',
  not_a_flag: '{column} is "{value}", expected true or false',
  not_a_status: '{column} is "{value}", expected active or tobedeleted',
  not_a_mode: '{column} is "{value}", expected bulk, delta or absent',
  below_zero: '{column} is "{value}", expected a number that is not below 0',
  long_text: '{column} is "{value}", expected at most {most} characters',
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
  // A document in JSON.
  no_object: 'is not an object; expected one performance-book/1 document',
  no_json: 'is not JSON: {reason}',
  no_utf8: 'is not UTF-8; save the file as UTF-8',
  deep_json: 'is nested deeper than {most} levels',
  long_json: 'is longer than {most} bytes',
  unknown_property: 'is not a known property; expected one of {known}',
  property_twice: 'appears twice',
  property_missing: 'is missing',
  not_a_list: 'is not a list',
  id_twice: 'is "{id}", which appears earlier in the list; ids must be unique within their list',
  second_result: 'is a second result for the same student and task',
  no_such_student: 'is "{id}", expected the source_id of a student',
  no_such_task: 'is "{id}", expected the source_id of a task',
  no_such_category: 'is "{id}", expected the source_id of a category',
  no_such_period: 'is "{id}", expected the source_id of a period',
  no_zone: 'is "{zone}", expected a time zone such as America/Chicago',
  ...GRADING_SCALE_PROBLEMS,
  long_json_text: 'is {value}, expected at most {most} characters',
  unexpected_value: 'is {value}, expected {expected}',
} as const satisfies Record<string, string>

export type ImportErrorName = keyof typeof IMPORT_ERRORS

declare const madeHere: unique symbol
/** A sentence of these templates. Only `importError` makes it, so that the page has a text for each error. */
export type ImportErrorText = string & { [madeHere]: true }

/** A sentence of these templates. Quote a file's content with `shorten`. */
export function importError (
  name: ImportErrorName, values: Readonly<Record<string, string | number>> = {}
): ImportErrorText {
  return fillTemplate(IMPORT_ERRORS[name], values) as ImportErrorText
}
