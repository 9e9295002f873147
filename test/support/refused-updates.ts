import { sql } from 'kysely'
import type { Database } from '../../db/index.ts'

/**
 * Makes the database refuse updates of jobs, as if it had no room for them; `when` is a condition about OLD
 * and NEW. Returns a function that ends this.
 */
export async function refuseUpdates (db: Database, when = 'TRUE'): Promise<() => Promise<void>> {
  const run = (...statements: string[]) => db.write(async (trx) => {
    for (const statement of statements) await sql.raw(statement).execute(trx)
  })
  if (db.engine === 'sqlite') {
    await run(
      `CREATE TRIGGER refused BEFORE UPDATE ON jobs WHEN ${when} BEGIN SELECT RAISE(ABORT, 'no room'); END`
    )
    return () => run('DROP TRIGGER refused')
  }
  await run(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'no room'; END $$`,
    `CREATE TRIGGER refused BEFORE UPDATE ON jobs FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION refuse()`
  )
  return () => run('DROP TRIGGER refused ON jobs', 'DROP FUNCTION refuse')
}
