import { existsSync } from 'node:fs'
import type { Database } from '../../db/index.ts'
import { counted } from '../counted.ts'
import type { FileLocation } from '../file-location.ts'
import { storageParts } from '../files/installation.ts'
import { openStorage } from '../files/storage/location.ts'
import { verifyFiles } from '../files/verify-files.ts'
import { fine, problem, type Finding } from './finding.ts'
import { megabytes } from './megabytes.ts'

export interface CheckFilesOptions {
  /** Reads every byte. Otherwise only sizes are compared; of an object store, whether it answers. */
  isDeep: boolean
  signal: AbortSignal
  /** Gets fractions. */
  onProgress: (fraction: number) => void
}

/** Compares the rows of files with what is stored. */
export async function checkStoredFiles (
  db: Database, files: FileLocation, { isDeep, signal, onProgress }: CheckFilesOptions
): Promise<Finding> {
  const name = 'files'
  const storage = await openStorage(files, storageParts(db))
  if (files.kind === 's3') {
    const place = `s3://${files.store.bucket}/${files.store.prefix}`
    if (await storage.remote?.isAvailable() !== true) {
      return problem(
        name,
        `${place} does not respond, or rejects the credentials.`,
        'Check FILES_URL, S3_ENDPOINT, S3_REGION and the credentials. See docs/many-nodes.md.'
      )
    }
    if (!isDeep) return fine(name, `${place} answers; --deep compares every file`)
  } else if (!existsSync(files.folder)) return fine(name, `there is no ${files.folder} yet`)
  const found = await verifyFiles({ db, storage, now: Date.now }, {
    sizesOnly: !isDeep,
    signal,
    onProgress: (done, of) => {
      onProgress(done / of)
    },
  })
  const { lost, damaged, orphaned } = found
  if (lost.length + damaged.length + orphaned.length === 0) {
    return fine(
      name,
      `${counted(found.files, 'file')} with ${megabytes(found.bytes)}, ${isDeep ? 'verified' : 'present'}`
    )
  }
  const [first] = [...lost, ...damaged].map(({ path }) => path).concat(orphaned)
  return problem(
    name,
    `${lost.length} lost, ${damaged.length} damaged, ${orphaned.length} unknown to the database; ` +
      `the first is ${first}.`,
    '"perfbook file verify --repair" hides them or moves them to quarantine/. A backup may have them.'
  )
}
