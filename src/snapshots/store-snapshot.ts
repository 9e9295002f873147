import { closeSync, openSync, readSync } from 'node:fs'
import type { Trx } from '../../db/index.ts'
import { insertSnapshotParts } from '../../db/queries/snapshots.ts'
import type { NewRow } from '../../db/tables.ts'

/** Parts are stored together up to this size, bytes: those of a small export with one statement. */
const TOGETHER_BYTES = 64 * 1024

/**
 * Stores the file of a snapshot with its export, in the caller's transaction. A few parts at a time are in
 * memory. They are read without a turn of the event loop, because a transaction may await nothing but its own
 * queries. Throws what the file system throws.
 */
export async function storeSnapshot (trx: Trx, exportId: number, path: string): Promise<void> {
  const descriptor = openSync(path, 'r')
  try {
    const frame = Buffer.alloc(8)
    let parts: Array<NewRow<'export_snapshots'>> = []
    let size = 0
    while (readSync(descriptor, frame, 0, frame.length, null) > 0) {
      const bytes = Buffer.allocUnsafe(frame.readUInt32LE(4))
      if (readSync(descriptor, bytes, 0, bytes.length, null) !== bytes.length) {
        throw new Error('The file of a snapshot is shorter than what was written to it.')
      }
      parts.push({ export_id: exportId, part: frame.readUInt32LE(0), bytes })
      size += bytes.length
      if (size < TOGETHER_BYTES) continue
      await insertSnapshotParts(trx, parts)
      parts = []
      size = 0
    }
    if (parts.length > 0) await insertSnapshotParts(trx, parts)
  } finally {
    closeSync(descriptor)
  }
}
