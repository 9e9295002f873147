// The steps of a PostgreSQL database. The first one creates the schema that SQLite has after its step of the
// same number; from there on, both engines have the same steps.
import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { POSTGRES_SCHEMA } from './schema.ts'

export const migrations: Record<string, Migration> = {
  '0015_foundation': {
    async up (db: Kysely<unknown>) {
      for (const statement of POSTGRES_SCHEMA) await sql.raw(statement).execute(db)
    },
  },
}
