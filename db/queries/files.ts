import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely'
import { inParts } from '../in-parts.ts'
import type { Reads, Trx } from '../index.ts'
import type { NewRow, Row, Tables } from '../tables.ts'
import { insertIntents, type BytesName } from './file-intents.ts'
import { deleteSnapshotsOfFiles } from './snapshots.ts'

export type FileRow = Row<'files'>

/** How many rows `storedFiles` reads at a time. */
const ROWS_AT_ONCE = 1000

/** Those of these keys of objects that neither a row nor a note has. */
export async function unknownObjects (db: Reads, keys: readonly string[]): Promise<string[]> {
  const known = new Set<string | null>()
  for (const some of inParts(keys)) {
    // Notes first: bytes that came in meanwhile have a row.
    for (const table of ['file_intents', 'files'] as const) {
      const rows = await db.selectFrom(table).select('object_key').where('object_key', 'in', some).execute()
      for (const row of rows) known.add(row.object_key)
    }
  }
  return keys.filter((key) => !known.has(key))
}

/** A file by what the storage calls it: its hex, or the key of its object. */
export async function findFileByName (db: Reads, name: string): Promise<FileRow | undefined> {
  return await db.selectFrom('files').selectAll()
    .where((eb) => eb.or([eb('hex', '=', name), eb('object_key', '=', name)])).executeTakeFirst()
}

/** The oldest and the newest file whose bytes should be stored. */
export async function firstAndLast (db: Reads): Promise<FileRow[]> {
  const rows = db.selectFrom('files').selectAll().where('removed_at', 'is', null).limit(1)
  return [...await rows.orderBy('id').execute(), ...await rows.orderBy('id', 'desc').execute()]
}

/** Whether any file is in an object store. */
export async function hasObjects (db: Reads): Promise<boolean> {
  const row = await db.selectFrom('files').select('id')
    .where('object_key', 'is not', null).where('removed_at', 'is', null).limit(1).executeTakeFirst()
  return row !== undefined
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

/** Files whose bytes no object store has, in the order of their ids, after one of them. */
export async function filesWithoutObject (
  db: Reads, { after, limit }: { after: number, limit: number }
): Promise<FileRow[]> {
  return await db.selectFrom('files').selectAll().where('removed_at', 'is', null).where('lost_at', 'is', null)
    .where('object_key', 'is', null).where('id', '>', after).orderBy('id').limit(limit).execute()
}

export async function setObjectKey (trx: Trx, id: number, key: string): Promise<void> {
  await trx.updateTable('files').set({ object_key: key }).where('id', '=', id).execute()
}

/** How many files there are whose bytes should be stored. */
export async function countStored (db: Reads): Promise<number> {
  const { count } = await db.selectFrom('files').select((eb) => eb.fn.countAll<number>().as('count'))
    .where('removed_at', 'is', null).executeTakeFirstOrThrow()
  return count
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
 * Deletes rows and notes their bytes for removal, deleted at `deletedAt` (ms; 0: to be removed at once).
 * Returns how many rows there were, and the bytes.
 */
export async function deleteFiles (
  trx: Trx,
  ids: readonly number[],
  { at, deletedAt }: { at: number, deletedAt: number }
): Promise<{ count: number, bytes: BytesName[] }> {
  const bytes: BytesName[] = []
  let count = 0
  for (const some of inParts(ids)) {
    const rows = await trx.deleteFrom('files').where('id', 'in', some)
      .returning(['hex', 'object_key', 'removed_at']).execute()
    count += rows.length
    for (const { hex, object_key, removed_at: removedAt } of rows) {
      if (removedAt === null) bytes.push({ hex, object_key })
    }
  }
  await insertIntents(trx, bytes, { at, deletedAt })
  return { count, bytes }
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
 * Turns rows that have expired at `at` (ms) into tombstones and notes their bytes for removal at once.
 * Returns the bytes.
 */
export async function markExpired (trx: Trx, ids: readonly number[], at: number): Promise<BytesName[]> {
  const bytes: BytesName[] = []
  for (const some of inParts(ids)) {
    const rows = await trx.updateTable('files').set({ removed_at: at }).where('id', 'in', some)
      .where('removed_at', 'is', null).where('expires_at', '<=', at).returning(['id', 'hex', 'object_key'])
      .execute()
    await deleteSnapshotsOfFiles(trx, rows.map(({ id }) => id))
    bytes.push(...rows.map(({ hex, object_key }) => ({ hex, object_key })))
  }
  await insertIntents(trx, bytes, { at, deletedAt: 0 })
  return bytes
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

/** Sets when a file expires, ms. Returns its id; undefined: there is none. */
export async function setExpiry (trx: Trx, hex: string, at: number): Promise<number | undefined> {
  const row = await trx.updateTable('files').set({ expires_at: at }).where('hex', '=', hex).returning('id')
    .executeTakeFirst()
  return row?.id
}
