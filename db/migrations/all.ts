// Migrations go forward only, and are code. A released one never changes; a later change is a later entry.
import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { FOUNDATION } from './0001-foundation.ts'
import { IMPORTS } from './0002-imports.ts'
import { FILES } from './0003-files.ts'
import { JOB_ATTEMPTS } from './0004-job-attempts.ts'
import { ACCESS } from './0005-access.ts'
import { LAST_SIGN_IN } from './0006-last-sign-in.ts'
import { shortenReports } from './0007-short-reports.ts'
import { ROSTER_DISABLED } from './0008-roster-disabled.ts'
import { ERASED_PEOPLE } from './0009-erased-people.ts'
import { SIGN_IN_NETWORKS } from './0010-sign-in-networks.ts'
import { AUDIT_COUNTS } from './0011-audit-counts.ts'
import { GRADE_BOOKS } from './0012-grade-books.ts'
import { shortenNames } from './0013-short-names.ts'
import { HOUSEKEEPING } from './0014-housekeeping.ts'
import { OBJECT_KEYS } from './0015-object-keys.ts'
import { GRADING_SCALES } from './0016-grading-scales.ts'
import { SNAPSHOTS } from './0017-snapshots.ts'
import { UNDO } from './0018-undo.ts'
import { OUTLETS } from './0019-outlets.ts'
import { COURSES_BY_HAND } from './0020-courses-by-hand.ts'
import { COLUMN_MAPS } from './0021-column-maps.ts'
import { ACCOUNTS } from './0022-accounts.ts'
import { UNDO_PSEUDONYMS } from './0023-undo-pseudonyms.ts'
import { REMOVED_TEACHERS } from './0024-removed-teachers.ts'
import { RESULT_IDS } from './0025-result-ids.ts'

export const migrations: Record<string, Migration> = {
  '0001_foundation': statements(FOUNDATION),
  '0002_imports': statements(IMPORTS),
  '0003_files': statements(FILES),
  '0004_job_attempts': statements(JOB_ATTEMPTS),
  '0005_access': statements(ACCESS),
  '0006_last_sign_in': statements(LAST_SIGN_IN),
  '0007_short_reports': { up: shortenReports },
  '0008_roster_disabled': statements(ROSTER_DISABLED),
  '0009_erased_people': statements(ERASED_PEOPLE),
  '0010_sign_in_networks': statements(SIGN_IN_NETWORKS),
  '0011_audit_counts': statements(AUDIT_COUNTS),
  '0012_grade_books': statements(GRADE_BOOKS),
  '0013_short_names': { up: shortenNames },
  '0014_housekeeping': statements(HOUSEKEEPING),
  '0015_object_keys': statements(OBJECT_KEYS),
  '0016_grading_scales': statements(GRADING_SCALES),
  '0017_snapshots': statements(SNAPSHOTS),
  '0018_undo': statements(UNDO),
  '0019_outlets': statements(OUTLETS),
  '0020_courses_by_hand': statements(COURSES_BY_HAND),
  '0021_column_maps': statements(COLUMN_MAPS),
  '0022_accounts': statements(ACCOUNTS),
  '0023_undo_pseudonyms': statements(UNDO_PSEUDONYMS),
  '0024_removed_teachers': statements(REMOVED_TEACHERS),
  '0025_result_ids': statements(RESULT_IDS),
}

/** A step that only runs statements. */
function statements (all: readonly string[]): Migration {
  return {
    async up (db: Kysely<unknown>) {
      for (const statement of all) await sql.raw(statement).execute(db)
    },
  }
}
