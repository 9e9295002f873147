// The list of what is stored about people. Every store of personal data is a value here: its columns, how it
// is exported, and how it is erased. `test/person-data/registry.test.ts` walks every table and fails for a
// column that neither this list nor `NOT_PERSONAL` names.
import { ACCOUNT_DATA, AUDIT_DATA } from './account-data.ts'
import { BOOK_DATA, TEACHING_DATA } from './book-data.ts'
import { ERASURE_DATA } from './erasure-data.ts'
import { FILE_DATA } from './file-data.ts'
import { REPORT_DATA } from './report-data.ts'
import { ROSTER_DATA } from './roster-data.ts'
import { SNAPSHOT_DATA } from './snapshot-data.ts'
import type { PersonalData } from './store.ts'
import { UNDO_DATA } from './undo-data.ts'

/**
 * What undos keep comes before books; reports come after books and rosters; what is kept about the erased
 * person comes last.
 */
export const PERSONAL_DATA: readonly PersonalData[] = [
  FILE_DATA,
  SNAPSHOT_DATA,
  UNDO_DATA,
  BOOK_DATA,
  TEACHING_DATA,
  ROSTER_DATA,
  REPORT_DATA,
  ACCOUNT_DATA,
  AUDIT_DATA,
  ERASURE_DATA,
]

const OF_A_COURSE = 'about a course, the same for all of its people'
const OF_A_JOB = 'state of a job; its texts are in the reports'
const OF_A_FILE = 'a random number, a hash or a word of the program'

/**
 * Columns of text or bytes that say nothing about a person, and why. A table without such columns is listed
 * by its name.
 */
export const NOT_PERSONAL: Readonly<Record<string, string>> = {
  'courses.source_id': OF_A_COURSE,
  'courses.grouping': OF_A_COURSE,
  'courses.name': OF_A_COURSE,
  'courses.roster_name': OF_A_COURSE,
  'courses.school': OF_A_COURSE,
  'courses.term': OF_A_COURSE,
  'courses.starts_on': OF_A_COURSE,
  'courses.ends_on': OF_A_COURSE,
  'courses.imported_time_zone': OF_A_COURSE,
  'courses.set_time_zone': OF_A_COURSE,
  'courses.imported_missing_counts': OF_A_COURSE,
  'courses.set_missing_counts': OF_A_COURSE,
  'courses.imported_grading_scale': OF_A_COURSE,
  'courses.set_grading_scale': OF_A_COURSE,
  'periods.source_id': OF_A_COURSE,
  'periods.name': OF_A_COURSE,
  'categories.source_id': OF_A_COURSE,
  'categories.name': OF_A_COURSE,
  'tasks.source_id': OF_A_COURSE,
  'tasks.title': OF_A_COURSE,
  'tasks.type': OF_A_COURSE,
  'tasks.due_on': OF_A_COURSE,
  'tasks.grade_book': OF_A_COURSE,
  'task_sources.source_id': OF_A_COURSE,
  'column_maps.header_hash': OF_A_COURSE,
  'column_maps.map': OF_A_COURSE,
  'students.grade_book': 'the name of a system',
  'undo_courses.op': 'a word of the program',
  'undo_courses.source_id': OF_A_COURSE,
  'undo_courses.grouping': OF_A_COURSE,
  'undo_courses.name': OF_A_COURSE,
  'undo_courses.roster_name': OF_A_COURSE,
  'undo_courses.school': OF_A_COURSE,
  'undo_courses.term': OF_A_COURSE,
  'undo_courses.starts_on': OF_A_COURSE,
  'undo_courses.ends_on': OF_A_COURSE,
  'undo_courses.imported_time_zone': OF_A_COURSE,
  'undo_courses.set_time_zone': OF_A_COURSE,
  'undo_courses.imported_missing_counts': OF_A_COURSE,
  'undo_courses.set_missing_counts': OF_A_COURSE,
  'undo_courses.imported_grading_scale': OF_A_COURSE,
  'undo_courses.set_grading_scale': OF_A_COURSE,
  'undo_periods.source_id': OF_A_COURSE,
  'undo_periods.name': OF_A_COURSE,
  'undo_categories.source_id': OF_A_COURSE,
  'undo_categories.name': OF_A_COURSE,
  'undo_tasks.source_id': OF_A_COURSE,
  'undo_tasks.title': OF_A_COURSE,
  'undo_tasks.type': OF_A_COURSE,
  'undo_tasks.due_on': OF_A_COURSE,
  'undo_tasks.grade_book': OF_A_COURSE,
  'undo_task_sources.source_id': OF_A_COURSE,
  'undo_column_maps.header_hash': OF_A_COURSE,
  'undo_column_maps.map': OF_A_COURSE,
  'undo_students.grade_book': 'the name of a system',
  'undo_erased_people.hash': 'the same as in `erased_people`: of people whom an import brought back',
  'exports.options': 'how the file of a course is laid out',
  'exports.format': 'a word of the program',
  'exports.series': 'how the file of a course is laid out',
  'jobs.kind': OF_A_JOB,
  'jobs.state': OF_A_JOB,
  'jobs.key': OF_A_JOB,
  'jobs.unique_key': OF_A_JOB,
  'jobs.owner_type': OF_A_JOB,
  'jobs.error_code': OF_A_JOB,
  'job_attempts.outcome': OF_A_JOB,
  'job_attempts.error_code': OF_A_JOB,
  'files.owner_type': OF_A_FILE,
  'files.category': OF_A_FILE,
  'files.hex': OF_A_FILE,
  'files.content_type': OF_A_FILE,
  'files.sha256': OF_A_FILE,
  'files.object_key': OF_A_FILE,
  'file_intents.hex': OF_A_FILE,
  'file_intents.object_key': OF_A_FILE,
  'installation.name': 'random, names the database',
  'setup.school': 'the name of a school',
  'setup.link_hash': 'hash of a secret for a person who has no account yet',
  'imports.reference': 'the number of a job',
  'erasure_keys.secret': 'a random key',
  'audit_log.action': 'a word of the program',
  'audit_log.outcome': 'a word of the program',
  'audit_log.via': 'a word of the program',
  'audit_log.subject': 'numbers of things, such as "course 3"',
  'audit_log.changes': 'settings of courses before and after, and numbers of accounts',
}
