// Notes on the bytes of files that have no row: on their way in, or on their way out.
import { sql, type Expression, type SqlBool } from 'kysely'
import { inParts } from '../in-parts.ts'
import type { Reads, Trx } from '../index.ts'
import type { Row } from '../tables.ts'

/** Names the bytes of a file whose row may be gone. */
export type BytesName = Pick<Row<'files'>, 'hex' | 'object_key'>

/** Notes bytes that have no row: on their way in (`deletedAt: null`), or out since then, ms. */
export async function insertIntents (
  trx: Trx,
  bytes: readonly BytesName[],
  { at, deletedAt }: { at: number, deletedAt: number | null }
): Promise<void> {
  for (const some of inParts(bytes)) {
    await trx.insertInto('file_intents')
      .values(some.map(({ hex, object_key }) => ({ hex, object_key, created_at: at, deleted_at: deletedAt })))
      .execute()
  }
}

export async function deleteIntents (trx: Trx, hexes: readonly string[]): Promise<void> {
  for (const some of inParts(hexes)) await trx.deleteFrom('file_intents').where('hex', 'in', some).execute()
}

/** Deletes the note of bytes that get their row. False: a sweep took them for forgotten and removes them. */
export async function endIncoming (trx: Trx, hex: string): Promise<boolean> {
  const { numDeletedRows } = await trx.deleteFrom('file_intents')
    .where('hex', '=', hex).where('deleted_at', 'is', null).executeTakeFirst()
  return numDeletedRows > 0n
}

/** Marks bytes that were on their way in as to be removed. */
export async function endWanted (trx: Trx, hex: string): Promise<void> {
  await trx.updateTable('file_intents').set({ deleted_at: 0 }).where('hex', '=', hex).execute()
}

/** Bytes that have no row: on their way in or out. */
export async function listIntents (db: Reads | Trx): Promise<BytesName[]> {
  return await db.selectFrom('file_intents').select(['hex', 'object_key']).execute()
}

/** Which notes are due. */
export interface DueIntents {
  /** Those of rows that were deleted by then, ms. */
  deletedBy: number
  /** Those of bytes that were on their way in by then, ms, and never arrived. */
  incomingBy: number
}

function isDue ({ deletedBy, incomingBy }: DueIntents): Expression<SqlBool> {
  return sql<SqlBool>`(deleted_at <= ${deletedBy} OR (deleted_at IS NULL AND created_at <= ${incomingBy}))`
}

export async function hasDueIntents (db: Reads, due: DueIntents): Promise<boolean> {
  return await db.selectFrom('file_intents').select('hex').where(isDue(due)).limit(1).executeTakeFirst() !==
    undefined
}

/**
 * Takes notes that are due, in the order of their hexes, after one of them: from now on no row can get these
 * bytes.
 */
export async function takeDueIntents (
  trx: Trx,
  due: DueIntents,
  { after, limit }: { after: string, limit: number }
): Promise<BytesName[]> {
  const found = await trx.selectFrom('file_intents').select(['hex', 'object_key'])
    .where(isDue(due)).where('hex', '>', after).orderBy('hex').limit(limit).execute()
  for (const some of inParts(found)) {
    await trx.updateTable('file_intents').set({ deleted_at: 0 })
      .where('hex', 'in', some.map(({ hex }) => hex)).where('deleted_at', 'is', null).execute()
  }
  return found
}

/** Makes the bytes of all rows that were deleted due at once. Returns them. */
export async function hurryDeleted (trx: Trx): Promise<BytesName[]> {
  return await trx.updateTable('file_intents').set({ deleted_at: 0 }).where('deleted_at', 'is not', null)
    .returning(['hex', 'object_key']).execute()
}

/** Whether bytes of this name, a hex or the key of an object, are noted. */
export async function hasIntent (db: Reads | Trx, name: string): Promise<boolean> {
  return await db.selectFrom('file_intents').select('hex')
    .where((eb) => eb.or([eb('hex', '=', name), eb('object_key', '=', name)]))
    .executeTakeFirst() !== undefined
}
