import type { Trx } from '../index.ts'

/** The summary, as JSON, of the import that was made under a reference; undefined: it was not made. */
export async function appliedImport (trx: Trx, reference: string): Promise<string | undefined> {
  const row = await trx.selectFrom('imports').select('summary')
    .where('reference', '=', reference).executeTakeFirst()
  return row?.summary
}
