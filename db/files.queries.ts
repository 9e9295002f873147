import type { Reads, Trx } from './database.ts'
import type { NewRow, Row } from './tables.ts'

export type FileRow = Row<'files'>

export async function insertIntent (trx: Trx, hex: string, at: number): Promise<void> {
  await trx.insertInto('file_intents').values({ hex, created_at: at }).execute()
}

export async function deleteIntents (trx: Trx, hexes: readonly string[]): Promise<void> {
  if (hexes.length > 0) await trx.deleteFrom('file_intents').where('hex', 'in', hexes).execute()
}

/** Bytes that no row speaks for. */
export async function listIntents (db: Reads): Promise<string[]> {
  const rows = await db.selectFrom('file_intents').select('hex').execute()
  return rows.map((row) => row.hex)
}

export async function insertFile (trx: Trx, file: NewRow<'files'>): Promise<FileRow> {
  return await trx.insertInto('files').values(file).returningAll().executeTakeFirstOrThrow()
}

export async function findFileByHex (db: Reads | Trx, hex: string): Promise<FileRow | undefined> {
  return await db.selectFrom('files').selectAll().where('hex', '=', hex).executeTakeFirst()
}

export async function findFile (db: Reads | Trx, id: number): Promise<FileRow | undefined> {
  return await db.selectFrom('files').selectAll().where('id', '=', id).executeTakeFirst()
}

export interface FileFilter {
  ownerType: string
  ownerId: number
  category?: string
  /** Only files older than this id: the next page. */
  before?: number
  limit?: number
}

/** Files that are there, newest first. */
export async function listFiles (db: Reads | Trx, { ownerType, ownerId, category, before, limit = 1000 }: FileFilter): Promise<FileRow[]> {
  let query = db.selectFrom('files').selectAll()
    .where('owner_type', '=', ownerType).where('owner_id', '=', ownerId)
    .where('removed_at', 'is', null).where('lost_at', 'is', null)
    .orderBy('id', 'desc').limit(limit)
  if (category !== undefined) query = query.where('category', '=', category)
  if (before !== undefined) query = query.where('id', '<', before)
  return await query.execute()
}

/** All rows whose bytes should be on disk, in the order of their ids. */
export async function storedFiles (db: Reads): Promise<Array<Pick<FileRow, 'id' | 'hex' | 'filename' | 'lost_at'>>> {
  return await db.selectFrom('files').select(['id', 'hex', 'filename', 'lost_at']).where('removed_at', 'is', null).orderBy('id').execute()
}

export async function setLost (trx: Trx, ids: readonly number[], at: number | null): Promise<void> {
  if (ids.length > 0) await trx.updateTable('files').set({ lost_at: at }).where('id', 'in', ids).execute()
}

/** Bytes in use by an owner's files. */
export async function ownerUsage (db: Reads | Trx, ownerType: string, ownerId: number): Promise<number> {
  const { used } = await db.selectFrom('files').select((eb) => eb.fn.coalesce(eb.fn.sum<number>('size'), eb.lit(0)).as('used'))
    .where('owner_type', '=', ownerType).where('owner_id', '=', ownerId).where('removed_at', 'is', null).executeTakeFirstOrThrow()
  return used
}

/** Removes rows and notes their bytes for removal, in one transaction; returns what was removed. */
export async function deleteFiles (trx: Trx, ids: readonly number[], at: number): Promise<Array<Pick<FileRow, 'hex' | 'filename'>>> {
  if (ids.length === 0) return []
  const rows = await trx.deleteFrom('files').where('id', 'in', ids).returning(['hex', 'filename', 'removed_at']).execute()
  for (const row of rows) if (row.removed_at === null) await insertIntent(trx, row.hex, at)
  return rows
}

export async function ownerFileIds (trx: Trx, ownerType: string, ownerId: number): Promise<number[]> {
  const rows = await trx.selectFrom('files').select('id').where('owner_type', '=', ownerType).where('owner_id', '=', ownerId).execute()
  return rows.map((row) => row.id)
}
