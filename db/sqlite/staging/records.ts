import type { SqliteConnection } from '../connection.ts'

/** A record of a roster. The meaning of `parent`, `other` and `body` depends on its kind. */
export interface RosterRecord {
  kind: string
  source_id: string
  parent: string | null
  other: string | null
  /** JSON array. */
  body: string
  is_deleted: 0 | 1
  /** Ms since 1970, 0: unknown. */
  modified: number
  /** Number of the file that it was read from; -1: known from an earlier import. */
  file: number
  line: number
  /** Its place among the records of its kind. */
  ord: number
}

/** A record that refers to one that does not exist. */
interface BrokenReference {
  file: number
  line: number
  source_id: string
  target: string
}

export interface StagedRecords {
  /** False, and nothing is stored: there is already one with that id. */
  add: (record: RosterRecord) => boolean
  replace: (record: RosterRecord) => void
  remove: (kind: string, sourceId: string) => void
  find: (kind: string, sourceId: string) => RosterRecord | undefined
  /** In order, deleted ones included. */
  ofKind: (kind: string) => RosterRecord[]
  /** Like `ofKind`, but only ids. */
  idsOfKind: (kind: string) => string[]
  /** Records of one parent, in order, without deleted ones. */
  ofParent: (kind: string, parent: string) => RosterRecord[]
  /** Makes `ofParent` fast. Call it once, after all records are in. */
  index: () => void
  /** Records that were read and refer to nothing. */
  broken: (kind: string, field: 'parent' | 'other', targetKind: string) => BrokenReference[]
  /** Records that were read and refer to a deleted one. */
  orphaned: (kind: string, field: 'parent' | 'other', targetKind: string) => BrokenReference[]
}

export function stagedRecords (sqlite: SqliteConnection): StagedRecords {
  const columns = 'kind, source_id, parent, other, body, is_deleted, modified, file, line, ord'
  const values = ':kind, :source_id, :parent, :other, :body, :is_deleted, :modified, :file, :line, :ord'
  const add = sqlite.prepare(`INSERT OR IGNORE INTO records (${columns}) VALUES (${values})`)
  const replace = sqlite.prepare(`INSERT OR REPLACE INTO records (${columns}) VALUES (${values})`)
  const remove = sqlite.prepare('DELETE FROM records WHERE kind = ? AND source_id = ?')
  const find = sqlite.prepare('SELECT * FROM records WHERE kind = ? AND source_id = ?')
  const ofKind = sqlite.prepare('SELECT * FROM records WHERE kind = ? ORDER BY ord')
  const idsOfKind = sqlite.prepare('SELECT source_id FROM records WHERE kind = ? ORDER BY ord').pluck()
  const ofParent = sqlite.prepare(
    'SELECT * FROM records WHERE parent = ? AND kind = ? AND is_deleted = 0 ORDER BY ord'
  )
  const pointing = (
    field: 'parent' | 'other',
    isWrong: string
  ) =>
    sqlite.prepare(`SELECT r.file, r.line, r.source_id, r.${field} AS target FROM records r
    LEFT JOIN records t ON t.kind = :target AND t.source_id = r.${field}
    WHERE r.kind = :kind AND r.file >= 0 AND r.is_deleted = 0 AND r.${field} IS NOT NULL AND ${isWrong}
    ORDER BY r.file, r.line`)
  const broken = { parent: pointing('parent', 't.kind IS NULL'), other: pointing('other', 't.kind IS NULL') }
  const orphaned = {
    parent: pointing('parent', 't.is_deleted = 1'),
    other: pointing('other', 't.is_deleted = 1'),
  }
  return {
    add: (record) => add.run(record).changes === 1,
    replace: (record) => {
      replace.run(record)
    },
    remove: (kind, sourceId) => {
      remove.run(kind, sourceId)
    },
    find: (kind, sourceId) => find.get(kind, sourceId) as RosterRecord | undefined,
    ofKind: (kind) => ofKind.all(kind) as RosterRecord[],
    idsOfKind: (kind) => idsOfKind.all(kind) as string[],
    ofParent: (kind, parent) => ofParent.all(parent, kind) as RosterRecord[],
    index: () => {
      sqlite.exec('CREATE INDEX IF NOT EXISTS records_parent ON records (parent, kind, ord)')
    },
    broken: (kind, field, target) => broken[field].all({ kind, target }) as BrokenReference[],
    orphaned: (kind, field, target) => orphaned[field].all({ kind, target }) as BrokenReference[],
  }
}
