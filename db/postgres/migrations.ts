// The steps of a PostgreSQL database. The first one creates the schema that SQLite has after its step of the
// same number; from there on, both engines have the same steps.
import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { GRADING_SCALES } from '../migrations/0016-grading-scales.ts'
import { undoTables } from '../migrations/0018-undo.ts'
import { OUTLETS_POSTGRES } from '../migrations/0019-outlets.ts'
import { coursesByHand } from '../migrations/0020-courses-by-hand.ts'
import { COLUMN_MAPS_POSTGRES } from '../migrations/0021-column-maps.ts'
import { accountTables } from '../migrations/0022-accounts.ts'
import { UNDO_PSEUDONYMS } from '../migrations/0023-undo-pseudonyms.ts'
import { REMOVED_TEACHERS } from '../migrations/0024-removed-teachers.ts'
import { RESULT_IDS_POSTGRES } from '../migrations/0025-result-ids.ts'
import { SNAPSHOTS } from './snapshots.ts'
import { POSTGRES_SCHEMA, withTextOrder } from './schema.ts'

const COURSES_BY_HAND = coursesByHand({ id: 'BIGINT', strict: '' })
const UNDO = undoTables({ id: 'BIGINT', number: 'DOUBLE PRECISION', bytes: 'BYTEA', strict: '' })

export const migrations: Record<string, Migration> = {
  '0015_foundation': statements(POSTGRES_SCHEMA),
  '0016_grading_scales': statements(GRADING_SCALES.map(withTextOrder)),
  '0017_snapshots': statements(SNAPSHOTS),
  '0018_undo': statements(UNDO.map(withTextOrder)),
  '0019_outlets': statements(OUTLETS_POSTGRES.map(withTextOrder)),
  '0020_courses_by_hand': statements(COURSES_BY_HAND.map(withTextOrder)),
  '0021_column_maps': statements(COLUMN_MAPS_POSTGRES.map(withTextOrder)),
  '0022_accounts': statements(accountTables('BIGINT', '').map(withTextOrder)),
  '0023_undo_pseudonyms': statements(UNDO_PSEUDONYMS.map(withTextOrder)),
  '0024_removed_teachers': statements(REMOVED_TEACHERS.map(withTextOrder)),
  '0025_result_ids': statements(RESULT_IDS_POSTGRES),
}

/** A step that only runs statements. */
function statements (all: readonly string[]): Migration {
  return {
    async up (db: Kysely<unknown>) {
      for (const statement of all) await sql.raw(statement).execute(db)
    },
  }
}
