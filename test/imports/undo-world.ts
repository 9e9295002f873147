// Imports that are undone, and everything that is stored about courses, to compare.
import type { Test } from 'tap'
import { openDatabase, type Reads } from '../../db/index.ts'
import { listUndoable } from '../../db/queries/undo.ts'
import { TABLES_IN_ORDER } from '../../db/table-order.ts'
import { hasCode } from '../../src/errors.ts'
import { undoImport, type UndoRequest, type UndoSummary } from '../../src/imports/undo-import.ts'
import { createWorld, NOW, type World } from './bundles.ts'

/** Tables that an undo restores: all of those that an import changes. */
const RESTORED = {
  courses: 'id', periods: 'id', categories: 'id', tasks: 'id', task_sources: 'course_id, source_id',
  column_maps: 'course_id, header_hash',
  students: 'id', student_scores: 'student_id', pseudonyms: 'student_id',
  student_result_origins: 'student_id', course_teachers: 'id',
  users: 'id', roster_records: 'kind, source_id', erased_people: 'hash',
} as const
/** An erased person gets a new row, and a book that was restored a new version. */
const NOT_RESTORED: Record<string, readonly string[]> = {
  courses: ['data_version', 'updated_at'], erased_people: ['id'],
}

export type State = Record<string, unknown[]>

export interface UndoWorld extends World {
  reads: <T>(read: (reads: Reads) => Promise<T>) => Promise<T>
  state: () => State
  /** Undoes an import, by default the newest that is not undone. */
  undo: (request?: Partial<UndoRequest>) => Promise<UndoSummary>
  /** The same where it must fail: its code and its message. */
  undoFails: (request?: Partial<UndoRequest>) => Promise<string>
  /** The newest import that is not undone; 0: there is none. */
  lastImport: () => Promise<number>
  /** The newest of all imports and undos; 0: there is none. */
  lastId: () => number
}

export async function createUndoWorld (t: Test, folder = t.testdir()): Promise<UndoWorld> {
  const world = await createWorld(t, folder)
  async function reads<T> (read: (reads: Reads) => Promise<T>): Promise<T> {
    const db = await openDatabase(world.database)
    try {
      return await read(db.reads)
    } finally {
      await db.close()
    }
  }
  const lastImport = async () => (await reads((db) => listUndoable(db, 1)))[0]?.id ?? 0
  async function undo (request: Partial<UndoRequest> = {}): Promise<UndoSummary> {
    const importId = request.importId ?? await lastImport()
    const db = await openDatabase(world.database)
    try {
      return await undoImport(db, {
        reference: null, fence: null, now: () => NOW + 1000, ...request, importId,
      })
    } finally {
      await db.close()
    }
  }
  return {
    ...world,
    reads,
    lastImport,
    lastId () {
      const [row] = world.sql('SELECT coalesce(max(id), 0) AS id FROM imports') as Array<{ id: number }>
      return row!.id
    },
    undo,
    state: () => Object.fromEntries(Object.entries(storedRows(world)).map(([table, rows]) => [
      table,
      rows.map((row) => Object.fromEntries(Object.entries(row).flatMap(([name, value]) =>
        NOT_RESTORED[table]?.includes(name) === true ? [] : [[name, shown(value)]]))),
    ])),
    async undoFails (request) {
      try {
        await undo(request)
      } catch (error) {
        if (!hasCode(error, 'UNDO_CONFLICT') && !hasCode(error, 'UNDO_NOT_POSSIBLE')) throw error
        return `${(error as { code: string }).code}: ${(error as Error).message}`
      }
      throw new Error('The undo succeeded.')
    },
  }
}

type StoredRow = Record<string, unknown>

/** All rows by table, on PostgreSQL in one statement: each is a process of its own. */
function storedRows ({ database, sql }: World): Record<string, StoredRow[]> {
  const queries = Object.entries(RESTORED).map(([table, order]) =>
    [table, `SELECT * FROM ${table} ORDER BY ${order}`] as const)
  if (database.engine === 'sqlite') {
    return Object.fromEntries(queries.map(([table, query]) => [table, sql(query) as StoredRow[]]))
  }
  const [row] = sql(`SELECT ${queries.map(([table, query]) =>
    `(SELECT coalesce(json_agg(to_json(r)), '[]') FROM (${query}) r) AS ${table}`).join(', ')}`)
  return row as Record<string, StoredRow[]>
}

const shown = (value: unknown) => value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value

/** How many rows are kept for the undo of an import, of each table that has any. */
export function keptRows (world: World, importId: number): Record<string, number> {
  return Object.fromEntries(TABLES_IN_ORDER.filter((name) => name.startsWith('undo_')).flatMap((name) => {
    const { length } = world.sql(`SELECT import_id FROM ${name} WHERE import_id = ${importId}`)
    return length === 0 ? [] : [[name, length]]
  }))
}
