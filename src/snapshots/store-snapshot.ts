import { closeSync, openSync, readSync } from 'node:fs'
import type { Trx } from '../../db/index.ts'
import { insertSnapshotPart } from '../../db/queries/snapshots.ts'

/**
 * Stores the file of a snapshot with its export, in the caller's transaction. One part at a time is in
 * memory. It is read without a turn of the event loop, because a transaction may await nothing but its own
 * queries. Throws what the file system throws.
 */
export async function storeSnapshot (trx: Trx, exportId: number, path: string): Promise<void> {
  const descriptor = openSync(path, 'r')
  try {
    const frame = Buffer.alloc(8)
    while (readSync(descriptor, frame, 0, frame.length, null) > 0) {
      const bytes = Buffer.allocUnsafe(frame.readUInt32LE(4))
      if (readSync(descriptor, bytes, 0, bytes.length, null) !== bytes.length) {
        throw new Error('The file of a snapshot is shorter than what was written to it.')
      }
      await insertSnapshotPart(trx, { export_id: exportId, part: frame.readUInt32LE(0), bytes })
    }
  } finally {
    closeSync(descriptor)
  }
}
