import { randomBytes } from 'node:crypto'
import type { Database } from '../../db/index.ts'
import { ensureInstallation, findInstallation } from '../../db/queries/installation.ts'

/** Gives the name of this database in an object store, and makes it up where there is none yet. */
export function installationOf (db: Pick<Database, 'reads' | 'write'>): () => Promise<string> {
  return async () =>
    await findInstallation(db.reads) ??
      await db.write((trx) => ensureInstallation(trx, randomBytes(16).toString('hex')))
}
