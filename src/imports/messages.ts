// Sentences of import reports that the page translates or that name its choices.
import { shorten } from '../short-text.ts'
import { importError, type ImportErrorText } from './error-messages.ts'
import { howToRestoreCourse, IMPORT_OPTIONS, optionName, type AskedBy } from './option-names.ts'

/**
 * Every warning there is; permanent names. docs/data-in.md explains each. `{sheet}` is that option by its
 * name where the import was requested.
 */
export const WARNINGS = {
  left_out:
    "Rows about accounts, teachers, classes or other courses were left out; only an administrator's " +
    'import can change these',
  manifest_missing: 'There is no manifest.csv; every file was read as bulk',
  manifest_incomplete: 'A file is not listed in manifest.csv; it was read like the other files',
  unknown_version: 'The OneRoster version of the bundle is unknown; it was read as 1.2',
  oneroster_1_0: 'Columns of OneRoster 1.0 were read as those of 1.1',
  blank_lines: 'Blank lines were skipped',
  windows_1252: 'A file is not UTF-8 and was read as Windows-1252; check the names in it',
  sheets_not_read: 'The workbook has several sheets with values; choose another one with {sheet}',
  title_rows: 'Rows above the header were skipped',
  cells_without_header: 'Cells in columns without a header were left out',
  hidden_cells: 'Hidden rows or columns have values; they were imported like the others',
  cut_off:
    'The last row of a file has fewer cells than the header and no line end; it was read, but the file may ' +
    'be cut off',
  workbooks_not_read:
    'Excel workbooks beside other files were not read; import each as its own file, or save it as CSV',
  duplicate_id: 'A sourcedId appears twice in one file; the newest record counts, else the later line',
  duplicate_result:
    'A student has several results for one line item; the newest counts, else the later line',
  results_of_two_classes:
    'A student has results for one assignment from two classes; one with a score counts, else the ' +
    'newest, else the later line',
  result_without_enrollment: 'Results of students who are enrolled in no class of the course were skipped',
  result_of_deleted: 'Results of deleted line items or users were skipped',
  result_not_known: 'A result to be deleted does not exist',
  enrollment_skipped: 'Enrollments were skipped because their class or user is not in any file',
  line_item_skipped: 'Line items were skipped because their class is not in any file',
  result_skipped: 'Results were skipped because their line item or student is not in any file',
  category_missing: 'Line items name a category that is not in any file; they were imported without one',
  course_missing: 'Classes name a course that is not in any file; each became a separate course',
  school_missing: 'Classes name a school that is not in any file; they were imported without it',
  term_missing: 'Classes name a term that is not in any file; they were imported without it',
  reference_to_deleted: 'Records that refer to deleted records were skipped',
  class_without_course: 'A class names no course; it became a separate course',
  title_missing: 'A title is blank; the id is shown instead',
  end_before_begin: 'An enrollment ends before it begins; its end date was ignored',
  all_students_dropped:
    'All students of a course are dropped: their enrollments ended before the last term of the course ' +
    'or were removed',
  teacher_without_email: 'A teacher has no email address, so they cannot sign in and see the course',
  category_weights_differ:
    'Categories with the same title have different weights in one course; the first weight is used',
  points_possible_missing:
    'A line item has no resultValueMax above its resultValueMin, so its results have no score',
  score_scale_ignored: 'Score scales are not used; only numeric scores count',
  score_not_a_number: 'A score is a letter or a word; the result was imported without a score',
  unknown_score_status: 'A scoreStatus is unknown; it was read as blank',
  unknown_role: 'An enrollment has an unknown role, which gives no access',
  date_with_time: 'A date has a time of day, which was ignored',
  due_instant: 'A due date is an instant; its date in the time zone of the course was used',
  unreadable_date_last_modified: 'A dateLastModified cannot be read; it was read as blank',
  lone_surrogate: 'Invalid characters (lone surrogates) were replaced with U+FFFD',
  duplicate_teacher: 'A teacher appears twice; the first entry is used',
  grades_in_words:
    'A column has words or letters instead of numbers; they were imported as completed, without scores',
  points_without_possible:
    'A column has points but no points possible, so its results count as completed, without scores; export ' +
    'percentages if you can',
  erased_person: 'Erased people were left out; to let them back in, use {erased}',
  row_of_no_student: 'Rows of test students were left out',
  row_of_averages: 'Rows of averages, which are about no student, were left out',
  unreadable_time:
    'Times when work was handed in cannot be read and were left out; expected times such as ' +
    '2026-09-08 12:00:00 -0700',
  row_about_no_student:
    'Rows that name no student, such as rows of notes, were left out; check the first one',
  people_matched_loosely: 'People in a grade book were matched only by ignoring case and leading zeros',
  people_matched_by_name: 'People in a grade book were matched by name alone',
  people_in_conflict: 'Grade book rows whose values point to different people were skipped',
  new_people: 'People in a grade book who were not in the course were added to it',
  archived_course:
    'Archived courses were left alone; to import them, restore them in the list of courses first',
  namesake_courses: 'Other courses have the same name; the one with the given source id is used',
  course_id_given:
    'The name of the new course is the id of another course; if you meant that course, undo this import ' +
    'and give its source id or name',
  all_weights_zero:
    'All category weights of a course are 0, so it has no course averages; set them in the settings of ' +
    'the course',
  category_added: 'The course has a new category; check the weights in the settings of the course',
  tasks_of_earlier_file: 'Assignments from an earlier grade book file are not in this one; they were kept',
  same_titles_changed:
    'The number of assignments with the same title has changed since the earlier file; they are ' +
    'matched by their order, so check their scores',
  grade_columns_without_suffix:
    'No column has a suffix such as (Real), so every other column was imported as an assignment; see ' +
    'the list of columns',
  renamed_total_left_out: 'A column with a name like a course total was left out; see the list of columns',
  renamed_total_taken:
    'A column that may be a renamed course total was imported as an assignment; see the list of ' +
    'columns',
} as const satisfies Record<string, string>

/** What a teacher's import says instead: only an administrator can do something about it. */
export const WARNINGS_OF_TEACHER = {
  erased_person: 'Erased people were left out; ask an administrator to let them back in',
} as const satisfies Partial<Record<keyof typeof WARNINGS, string>>

export type WarningCode = keyof typeof WARNINGS

export interface WarningWords {
  /** In a teacher's import. Default: false. */
  isOfTeacher?: boolean
  /** Options have their names there. Default: the command line. */
  askedBy?: AskedBy | undefined
}

/** The text of a warning. */
export function warningText (code: WarningCode, { isOfTeacher = false, askedBy }: WarningWords = {}): string {
  const own: Partial<Record<WarningCode, string>> = isOfTeacher ? WARNINGS_OF_TEACHER : {}
  let text = own[code] ?? WARNINGS[code] as string
  for (const option of IMPORT_OPTIONS) text = text.replace(`{${option}}`, optionName(option, askedBy))
  return text
}

/** The error of an import into one course that is archived. */
export function archivedCourse (name: string, askedBy?: AskedBy): ImportErrorText {
  return importError('archived_course', { course: shorten(name), restore: howToRestoreCourse(askedBy) })
}
