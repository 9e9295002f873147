import type { Text } from './en.ts'

/** Texts of views that are loaded on demand: see `later.ts`. */
export const importEn = {
  'import.lead':
    'Import a OneRoster bundle (zip), a performance-book document (json), or a grade book of another ' +
    'system (csv or xlsx). The file is checked first. Nothing changes until you select Import.',
  'import.leadOfCourse':
    'Import a grade book of another system (csv or xlsx) or a performance-book document (json) into this ' +
    'course. The file is checked first. Nothing changes until you select Import. An import changes the ' +
    'assignments, categories, and scores of this course, and the students that the file names. It does ' +
    'not change accounts, teachers, the roster, or other courses: rows about them are left out and ' +
    'counted, and a file about another course is refused.',
  'import.choose': 'Choose a file',
  'import.chooseOther': 'Choose another file',
  'import.drop': 'or drop it here: zip, csv, xlsx, or json',
  'import.options': 'How the file is read',
  'import.format': 'Format',
  'import.format.auto': 'Detect automatically',
  'import.format.oneroster': 'OneRoster',
  'import.format.performance-book': 'performance-book/1',
  'import.format.canvas': 'Canvas grade book',
  'import.format.moodle': 'Moodle grade book',
  'import.format.brightspace': 'Brightspace grade book',
  'import.format.blackboard': 'Blackboard grade book',
  'import.format.google-classroom': 'Google Classroom grades',
  'import.format.gradescope': 'Gradescope scores',
  'import.format.schoology': 'Schoology grade book',
  'import.format.sakai': 'Sakai grade book',
  'import.format.edx': 'Open edX grade report',
  'import.format.spreadsheet': 'Table with columns chosen by hand',
  'import.format.sds': 'Microsoft School Data Sync',
  'import.format.clever': 'Clever',
  'import.zone.auto': 'From the file, or from the server',
  'import.dates': 'Order of dates',
  'import.dates.auto': 'Year, month, day (2026-08-15)',
  'import.dates.mdy': 'Month, day, year (8/15/2026)',
  'import.dates.dmy': 'Day, month, year (15/8/2026)',
  'import.sheet': 'Sheet',
  'import.sheet.auto': 'The first one with values',
  'import.course': 'Course',
  'import.courseHelp': 'Its name or ID. A course that does not exist yet is created.',
  'import.teacher': "Teacher's email",
  'import.teacherHelp': 'This teacher gets access to the course.',
  'import.strict': 'Treat warnings as errors',
  'import.allowRemovals': "Allow removals: more than half of a course's results",
  'import.allowSkips':
    'Allow skipped rows: more than a tenth of a file, because they refer to missing records',
  'import.allowNewPeople': 'Allow new people: more than a tenth of a grade book',
  'import.allowErased': 'Allow erased people: let them back in',
  'import.check': 'Check',
  'import.import': 'Import',
  'import.needsFile': 'Choose a file first.',
  'import.needsCourse': 'Enter the course of this grade book.',
  'import.hint': 'A check changes nothing.',
  'import.hintChecked': 'The file is checked. Import makes the changes in the report below.',
  'import.progress': 'Import progress',
  'import.uploading': 'Uploading: {progress}.',
  'import.running': 'Reading the file: {progress}.',
  'import.lost': 'The connection was lost. The import continues, and this page reconnects automatically.',
  'import.refused': 'The file was not accepted. {reason}',
  'import.gone': 'The server no longer has this import (job {id}).',
  'import.spokenDone': 'The report is ready.',
  'import.spokenFailed': 'The file was not imported. The report says why.',
  'import.canceled': 'Canceled. Nothing has changed.',
  'import.report': 'Result',
  'import.reportOfCheck': 'Result of the check',
  'import.checked': 'The file can be imported. This is what would change:',
  'import.wouldChangeNothing':
    'The file can be read, but everything in it is already here: nothing would change.',
  'import.done': 'Imported. This is what changed:',
  'import.changedNothing': 'Everything in the file was already here: nothing changed.',
  'import.failed': {
    one: '{count} error. Nothing has changed. See below for what to do, then check again.',
    other: '{count} errors. Nothing has changed. See below for what to do, then check again.',
  },
  'import.failedOtherwise': 'The file was not imported. Nothing has changed.',
  'import.counts': 'Changes by kind',
  'import.added': 'Added',
  'import.updated': 'Updated',
  'import.unchanged': 'Unchanged',
  'import.removed': 'Removed',
  'import.courses': 'Courses',
  'import.periods': 'Periods',
  'import.students': 'Students',
  'import.tasks': 'Assignments',
  'import.scores': 'Scores',
  'import.warnings': { one: '{count} warning', other: '{count} warnings' },
  'import.warning': 'Warning',
  'import.firstPlace': 'First found in',
  'import.times': 'Count',
  'import.columns': { one: '{count} column of the file', other: '{count} columns of the file' },
  'import.column': 'Column',
  'import.usedAs': 'Used as',
  'import.why': 'Why',
  'import.moreColumns': { one: '{count} more is not listed.', other: '{count} more are not listed.' },
  'import.errors': { one: '{count} error', other: '{count} errors' },
  'import.place': 'Where',
  'import.problem': 'Problem',
  'import.moreErrors': { one: '{count} more is not listed.', other: '{count} more are not listed.' },
  'import.toCourses': 'Go to courses',
  'import.toBook': 'Go to the performance book',
  'import.past': 'Past imports',
  'import.pastNone': 'Nothing has been imported here yet.',
  'import.changes': 'Changes',
  'import.warningCount': 'Warnings',
  'import.undo': 'Undo',
  'import.undoOf': 'Undo the import of {file}',
  'import.undone': 'Undone',
  'import.partlyUndone': 'Partly undone',
  'import.undoText': 'Each course becomes what it was before this import: scores, tasks, students and ' +
    'teachers. Weights and other settings that were changed since then stay. New courses of this import ' +
    'are deleted; those with exports stay, empty. This cannot be undone.',
  'import.checkOnly': 'Check only',

  'warning.left_out':
    "Rows about accounts, teachers, classes or other courses were left out; only an administrator's " +
    'import can change these',
  'warning.manifest_missing': 'There is no manifest.csv; every file was read as bulk',
  'warning.manifest_incomplete': 'A file is not listed in manifest.csv; it was read like the other files',
  'warning.unknown_version': 'The OneRoster version of the bundle is unknown; it was read as 1.2',
  'warning.oneroster_1_0': 'Columns of OneRoster 1.0 were read as those of 1.1',
  'warning.blank_lines': 'Blank lines were skipped',
  'warning.windows_1252': 'A file is not UTF-8 and was read as Windows-1252; check the names in it',
  'warning.sheets_not_read':
    'The workbook has several sheets with values; choose another one with "Sheet" on the page or ' +
    '--sheet on the command line',
  'warning.title_rows': 'Rows above the header were skipped',
  'warning.cells_without_header': 'Cells in columns without a header were left out',
  'warning.hidden_cells': 'Hidden rows or columns have values; they were imported like the others',
  'warning.cut_off':
    'The last row of a file has fewer cells than the header and no line end; it was read, but the file may ' +
    'be cut off',
  'warning.duplicate_id':
    'A sourcedId appears twice in one file; the newest record counts, else the later line',
  'warning.duplicate_result':
    'A student has several results for one line item; the newest counts, else the later line',
  'warning.results_of_two_classes':
    'A student has results for one assignment from two classes; one with a score counts, else the ' +
    'newest, else the later line',
  'warning.result_without_enrollment':
    'Results of students who are enrolled in no class of the course were skipped',
  'warning.result_of_deleted': 'Results of deleted line items or users were skipped',
  'warning.result_not_known': 'A result to be deleted does not exist',
  'warning.enrollment_skipped': 'Enrollments were skipped because their class or user is not in any file',
  'warning.line_item_skipped': 'Line items were skipped because their class is not in any file',
  'warning.result_skipped': 'Results were skipped because their line item or student is not in any file',
  'warning.category_missing':
    'Line items name a category that is not in any file; they were imported without one',
  'warning.course_missing': 'Classes name a course that is not in any file; each became a separate course',
  'warning.school_missing': 'Classes name a school that is not in any file; they were imported without it',
  'warning.term_missing': 'Classes name a term that is not in any file; they were imported without it',
  'warning.reference_to_deleted': 'Records that refer to deleted records were skipped',
  'warning.class_without_course': 'A class names no course; it became a separate course',
  'warning.title_missing': 'A title is blank; the id is shown instead',
  'warning.end_before_begin': 'An enrollment ends before it begins; its end date was ignored',
  'warning.all_students_dropped':
    'All students of a course are dropped: their enrollments ended before the last term of the course ' +
    'or were removed',
  'warning.teacher_without_email':
    'A teacher has no email address, so they cannot sign in and see the course',
  'warning.category_weights_differ':
    'Categories with the same title have different weights in one course; the first weight is used',
  'warning.points_possible_missing':
    'A line item has no resultValueMax above its resultValueMin, so its results have no score',
  'warning.score_scale_ignored': 'Score scales are not used; only numeric scores count',
  'warning.score_not_a_number':
    'A score is a letter or a word; the result was imported without a score',
  'warning.unknown_score_status': 'A scoreStatus is unknown; it was read as blank',
  'warning.unknown_role': 'An enrollment has an unknown role, which gives no access',
  'warning.date_with_time': 'A date has a time of day, which was ignored',
  'warning.due_instant': 'A due date is an instant; its date in the time zone of the course was used',
  'warning.unreadable_date_last_modified': 'A dateLastModified cannot be read; it was read as blank',
  'warning.lone_surrogate': 'Invalid characters (lone surrogates) were replaced with U+FFFD',
  'warning.duplicate_teacher': 'A teacher appears twice; the first entry is used',
  'warning.grades_in_words':
    'A column has words or letters instead of numbers; they were imported as completed, without scores',
  'warning.points_without_possible':
    'A column has points but no points possible, so it gives no score; export percentages if you can',
  'warning.row_of_no_student': 'Rows of test students were left out',
  'warning.row_of_averages': 'Rows of averages, which are about no student, were left out',
  'warning.row_about_no_student':
    'Rows that name no student, such as rows of notes, were left out; check the first one',
  'warning.erased_person':
    'Erased people were left out; to let them back in, use "Allow erased people" on the page or ' +
    '--allow-erased on the command line',
  'warningOfTeacher.erased_person': 'Erased people were left out; ask an administrator to let them back in',
  'warning.people_matched_loosely':
    'People in a grade book were matched only by ignoring case and leading zeros',
  'warning.people_matched_by_name': 'People in a grade book were matched by name alone',
  'warning.people_in_conflict': 'Grade book rows whose values point to different people were skipped',
  'warning.new_people': 'People in a grade book who were not in the course were added to it',
  'warning.namesake_courses': 'Other courses have the same name; the one with the given source id is used',
  'warning.all_weights_zero':
    'All category weights of a course are 0, so it has no course averages; set them in the settings of ' +
    'the course',
  'warning.category_added':
    'The course has a new category; check the weights in the settings of the course',
  'warning.tasks_of_earlier_file':
    'Assignments from an earlier grade book file are not in this one; they were kept',
  'warning.same_titles_changed':
    'The number of assignments with the same title has changed since the earlier file; they are ' +
    'matched by their order, so check their scores',
  'warning.grade_columns_without_suffix':
    'No column has a suffix such as (Real), so every other column was imported as an assignment; see ' +
    'the list of columns',
  'warning.renamed_total_left_out':
    'A column with a name like a course total was left out; see the list of columns',
  'warning.renamed_total_taken':
    'A column that may be a renamed course total was imported as an assignment; see the list of ' +
    'columns',

  'column.task_points': 'an assignment, in points',
  'column.task_percent': 'an assignment, in percent',
  'column.task_maximum': 'the points possible of an assignment',
  'column.task_submitted': 'when an assignment was submitted',
  'column.task_lateness': 'how late an assignment was submitted',
  'column.identity_name': 'identity: the name',
  'column.identity_first_name': 'identity: the first name',
  'column.identity_last_name': 'identity: the last name',
  'column.identity_student_id': 'identity: the student id',
  'column.identity_system_id': 'identity: the id in the other system',
  'column.identity_login': 'identity: the login',
  'column.identity_email': 'identity: the email address',
  'column.identity_period': 'identity: the period',
  'column.left_out': 'left out',
  'columnReason.not_used': 'Perfbook does not use it',
  'columnReason.not_chosen': 'the column map does not choose it',
  'columnReason.no_title': 'it has no title',
  'columnReason.read_only': 'the other system computes it (read only)',
  'columnReason.total': 'it is a total',
  'columnReason.maybe_total': 'its name looks like a renamed course total',
  'columnReason.maybe_total_taken': 'it may be a renamed course total',
  'columnReason.no_points': 'it has no points possible',
  'columnReason.custom': 'it is a custom column, not an assignment',
  'columnReason.no_suffix': 'other columns have a suffix such as (Real), and this one does not',
  'columnReason.percentage_used': 'the percentages of the same activity are used',
  'columnReason.letter': 'letters are not scores',
  'columnReason.text': 'text is not a score',
  'columnReason.weighted': 'it has weighted points; only points are read',
  'columnReason.feedback': 'feedback is not a score',
  'columnReason.twice': 'an earlier column has the same name',

  'error.BODY_TOO_LARGE': 'The file is larger than the server accepts (IMPORT_MAX_BYTES).',
} as const satisfies Record<string, Text>

export type ImportTextKey = keyof typeof importEn
