import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely'
import type { Reads, Trx } from '../index.ts'
import type { NewRow, Row, Tables } from '../tables.ts'

export type FileRow = Row<'files'>

/** SQLite accepts at most 32,766 values in one statement. */
const VALUES_AT_ONCE = 500
/** How many rows `storedFiles` reads at a time. */
const ROWS_AT_ONCE = 1000

export async function insertIntents (trx: Trx, hexes: readonly string[], at: number): Promise<void> {
  for (const some of inParts(hexes)) {
    await trx.insertInto('file_intents').values(some.map((hex) => ({ hex, created_at: at }))).execute()
  }
}

export async function deleteIntents (trx: Trx, hexes: readonly string[]): Promise<void> {
  for (const some of inParts(hexes)) await trx.deleteFrom('file_intents').where('hex', 'in', some).execute()
}

/** Hexes of bytes that have no row: on their way in or out. */
export async function listIntents (db: Reads | Trx): Promise<string[]> {
  const rows = await db.selectFrom('file_intents').select('hex').execute()
  return rows.map((row) => row.hex)
}

export async function hasIntent (db: Reads | Trx, hex: string): Promise<boolean> {
  return await db.selectFrom('file_intents').select('hex').where('hex', '=', hex).executeTakeFirst() !==
    undefined
}

export async function insertFile (trx: Trx, file: NewRow<'files'>): Promise<FileRow> {
  return await trx.insertInto('files').values(file).returningAll().executeTakeFirstOrThrow()
}

export async function findFileByHex (db: Reads | Trx, hex: string): Promise<FileRow | undefined> {
  return await db.selectFrom('files').selectAll().where('hex', '=', hex).executeTakeFirst()
}

/** A condition that is left out does not apply. */
export interface FileFilter {
  owner?: { type: string, id: number }
  category?: string
  id?: number
  hex?: string
  /** Only files with a smaller id: the next page. */
  before?: number
  /** Default 1000. */
  limit?: number
  /** Also files that are no longer available: expired, lost, or with only their row left. */
  gone?: boolean
}

type FilesBuilder = ExpressionBuilder<Tables, 'files'>

/** Files that are available at `now` (ms), newest first. */
export async function listFiles (db: Reads | Trx, filter: FileFilter, now: number): Promise<FileRow[]> {
  const { owner, category, id, hex, before, limit = 1000, gone = false } = filter
  let query = db.selectFrom('files').selectAll().orderBy('id', 'desc').limit(limit)
  if (owner !== undefined) query = query.where('owner_type', '=', owner.type).where('owner_id', '=', owner.id)
  if (category !== undefined) query = query.where('category', '=', category)
  if (id !== undefined) query = query.where('id', '=', id)
  if (hex !== undefined) query = query.where('hex', '=', hex)
  if (before !== undefined) query = query.where('id', '<', before)
  if (!gone) query = query.where('removed_at', 'is', null).where('lost_at', 'is', null).where(isAlive(now))
  return await query.execute()
}

/** All rows whose bytes should be stored, in the order of their ids, some at a time. */
export async function * storedFiles (db: Reads): AsyncGenerator<FileRow[]> {
  for (let after = 0; ;) {
    const rows = await db.selectFrom('files').selectAll()
      .where('removed_at', 'is', null).where('id', '>', after).orderBy('id').limit(ROWS_AT_ONCE).execute()
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    after = last.id
  }
}

/** The hex of every file whose bytes should be stored. */
export async function storedHexes (db: Reads): Promise<string[]> {
  const rows = await db.selectFrom('files').select('hex').where('removed_at', 'is', null).execute()
  return rows.map((row) => row.hex)
}

/** Marks files as lost since `at` (ms; an earlier time stays), or with null as found. */
export async function setLost (trx: Trx, ids: readonly number[], at: number | null): Promise<void> {
  for (const some of inParts(ids)) {
    const query = trx.updateTable('files').set({ lost_at: at }).where('id', 'in', some)
    await (at === null ? query : query.where('lost_at', 'is', null)).execute()
  }
}

/** Bytes of the files of an owner, or with null of all files. Expired files do not count. */
export async function bytesInUse (
  db: Reads | Trx,
  owner: { type: string, id: number } | null,
  now: number
): Promise<number> {
  let query = db.selectFrom('files').select((eb) =>
    eb.fn.coalesce(eb.fn.sum<number>('size'), eb.lit(0)).as('used')
  )
    .where('removed_at', 'is', null).where(isAlive(now))
  if (owner !== null) query = query.where('owner_type', '=', owner.type).where('owner_id', '=', owner.id)
  return (await query.executeTakeFirstOrThrow()).used
}

export interface OwnerUsage {
  owner_type: string
  owner_id: number
  files: number
  bytes: number
}

/** The owners with the most bytes at `now` (ms), the largest first. Expired files do not count. */
export async function usageByOwner (
  db: Reads,
  { now, limit }: { now: number, limit: number }
): Promise<OwnerUsage[]> {
  return await db.selectFrom('files')
    .select((
      eb
    ) => [
      'owner_type',
      'owner_id',
      eb.fn.countAll<number>().as('files'),
      eb.fn.sum<number>('size').as('bytes'),
    ])
    .where('removed_at', 'is', null).where(isAlive(now)).groupBy(['owner_type', 'owner_id'])
    .orderBy('bytes', 'desc').orderBy('owner_type').orderBy('owner_id').limit(limit).execute()
}

/** How many files are available at `now` (ms). */
export async function countFiles (db: Reads, now: number): Promise<number> {
  const { count } = await db.selectFrom('files').select((eb) => eb.fn.countAll<number>().as('count'))
    .where('removed_at', 'is', null).where(isAlive(now)).executeTakeFirstOrThrow()
  return count
}

/**
 * Files of a category that may be deleted to make room for a new one of `owner`, oldest first: those of the
 * owner, or those of all owners except the newest of each.
 */
export async function oldestFiles (
  db: Reads | Trx,
  { owner, category, ofAllOwners, now }: {
    owner: { type: string, id: number },
    category: string,
    ofAllOwners: boolean,
    now: number,
  }
): Promise<Array<Pick<FileRow, 'id' | 'size'>>> {
  const isOwn = (eb: FilesBuilder) =>
    eb.and([eb('owner_type', '=', owner.type), eb('owner_id', '=', owner.id)])
  const query = db.selectFrom('files').select(['id', 'size'])
    .where('category', '=', category).where('removed_at', 'is', null).where(isAlive(now)).orderBy('id')
  if (!ofAllOwners) return await query.where(isOwn).execute()
  const newest = db.selectFrom('files').select((eb) => eb.fn.max('id').as('id'))
    .where('category', '=', category).where('removed_at', 'is', null).where('lost_at', 'is', null).groupBy([
      'owner_type',
      'owner_id',
    ])
  return await query.where((eb) => eb.or([isOwn(eb), eb('id', 'not in', newest)])).execute()
}

/**
 * Deletes rows and notes their bytes for removal. Returns how many rows there were, and the hexes of the
 * bytes.
 */
export async function deleteFiles (
  trx: Trx,
  ids: readonly number[],
  at: number
): Promise<{ count: number, hexes: string[] }> {
  const hexes: string[] = []
  let count = 0
  for (const some of inParts(ids)) {
    const rows = await trx.deleteFrom('files').where('id', 'in', some).returning(['hex', 'removed_at'])
      .execute()
    count += rows.length
    hexes.push(...rows.filter((row) => row.removed_at === null).map((row) => row.hex))
  }
  await insertIntents(trx, hexes, at)
  return { count, hexes }
}

export async function ownerFileIds (trx: Trx, owner: { type: string, id: number }): Promise<number[]> {
  const rows = await trx.selectFrom('files').select('id').where('owner_type', '=', owner.type).where(
    'owner_id',
    '=',
    owner.id
  ).execute()
  return rows.map((row) => row.id)
}

/** Files that have expired at `now` (ms) and still have their bytes, by id, after the id `after`. */
export async function expiredFiles (
  db: Reads | Trx,
  { now, after, limit }: { now: number, after: number, limit: number }
): Promise<FileRow[]> {
  return await db.selectFrom('files').selectAll().where('expires_at', 'is not', null).where(
    'expires_at',
    '<=',
    now
  )
    .where('removed_at', 'is', null).where('id', '>', after).orderBy('id').limit(limit).execute()
}

/**
 * Turns rows that have expired at `at` (ms) into tombstones and notes their bytes for removal. Returns the
 * hexes.
 */
export async function markExpired (trx: Trx, ids: readonly number[], at: number): Promise<string[]> {
  const hexes: string[] = []
  for (const some of inParts(ids)) {
    const rows = await trx.updateTable('files').set({ removed_at: at }).where('id', 'in', some)
      .where('removed_at', 'is', null).where('expires_at', '<=', at).returning('hex').execute()
    hexes.push(...rows.map((row) => row.hex))
  }
  await insertIntents(trx, hexes, at)
  return hexes
}

/** How many rows became tombstones at `until` (ms) or before. */
export async function countTombstones (db: Reads, until: number): Promise<number> {
  const { count } = await db.selectFrom('files').select((eb) => eb.fn.countAll<number>().as('count'))
    .where('removed_at', 'is not', null).where('removed_at', '<=', until).executeTakeFirstOrThrow()
  return count
}

export async function deleteTombstones (trx: Trx, until: number): Promise<number> {
  const result = await trx.deleteFrom('files').where('removed_at', 'is not', null).where(
    'removed_at',
    '<=',
    until
  ).executeTakeFirst()
  return Number(result.numDeletedRows)
}

function isAlive (now: number): Expression<SqlBool> {
  return sql<SqlBool>`(expires_at IS NULL OR expires_at > ${now})`
}

function * inParts<T> (all: readonly T[]): Generator<T[]> {
  for (let i = 0; i < all.length; i += VALUES_AT_ONCE) yield all.slice(i, i + VALUES_AT_ONCE)
}

/** Sets when a file expires, ms. */
export async function setExpiry (trx: Trx, hex: string, at: number): Promise<void> {
  await trx.updateTable('files').set({ expires_at: at }).where('hex', '=', hex).execute()
}
