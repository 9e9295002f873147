import { randomBytes } from 'node:crypto'
import type { Database } from '../../db/index.ts'
import { hasObjects } from '../../db/queries/files.ts'
import { ensureInstallation, findInstallation } from '../../db/queries/installation.ts'
import type { StorageParts } from './storage/location.ts'

/** Gives the name of this database in an object store, and makes it up where there is none yet. */
export function installationOf (db: Pick<Database, 'reads' | 'write'>): () => Promise<string> {
  return async () =>
    await findInstallation(db.reads) ??
      await db.write((trx) => ensureInstallation(trx, randomBytes(16).toString('hex')))
}

/** What an object store asks of the database whose files it has. */
export function storageParts (db: Pick<Database, 'reads' | 'write'>): StorageParts {
  return { installation: installationOf(db), hasObjects: () => hasObjects(db.reads) }
}
