import { randomBytes } from 'node:crypto'
import type { Database } from '../../db/index.ts'
import { hasObjects } from '../../db/queries/files.ts'
import { ensureInstallation, findInstallation } from '../../db/queries/installation.ts'
import type { StorageParts } from './storage/file-storage.ts'

/** Returns the name of this database in an object store. Creates one if there is none yet. */
export function installationOf (db: Pick<Database, 'reads' | 'write'>): () => Promise<string> {
  return async () =>
    await findInstallation(db.reads) ??
      await db.write((trx) => ensureInstallation(trx, randomBytes(16).toString('hex')))
}

/** What an object store needs to know about the database that its files belong to. */
export function storageParts (db: Pick<Database, 'reads' | 'write'>): StorageParts {
  return { installation: installationOf(db), hasObjects: () => hasObjects(db.reads) }
}
