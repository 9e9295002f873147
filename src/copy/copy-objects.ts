// Files of a data folder as objects. Their keys are derived from the seed of the copy, so they cannot be
// guessed, and a run that continues finds what an earlier run has uploaded.
import { createHmac } from 'node:crypto'
import { filesWithoutObject, findFileByHex, setObjectKey, type FileRow } from '../../db/queries/files.ts'
import type { Database } from '../../db/index.ts'
import { DomainError } from '../errors.ts'
import type { S3Location } from '../file-location.ts'
import { installationOf } from '../files/installation.ts'
import type { FileStorage } from '../files/storage/file-storage.ts'
import { createS3Storage } from '../files/storage/s3.ts'
import { openS3CopyTarget } from '../files/storage/s3-copy.ts'
import { bytesState } from '../files/stored-bytes.ts'
import { checkFiles, differentFiles, inTurns, type CopyFiles } from './copy-files.ts'

/** Digits of a key: 128 bits. */
const KEY_DIGITS = 32
const ROWS_AT_ONCE = 200

/** Copies the files of `local`, a folder, to an object store. */
export function filesToObjects (local: FileStorage, location: S3Location): CopyFiles {
  const place = `s3://${location.bucket}/${location.prefix}`
  const target = openS3CopyTarget(location)
  const storageOf = (db: Database) => createS3Storage(location, { installation: installationOf(db) })
  return {
    place,
    ownColumns: ['files.object_key', 'file_intents.object_key'],

    async check (source, { isNew }) {
      const counted = await checkFiles(local, source)
      const found = await target.anything()
      if (isNew && found !== undefined) {
        throw new DomainError('COPY_REFUSED', {
          detail: `${place} is not empty (${found}). Name an empty bucket or another prefix. ` +
            'Nothing was changed.',
        })
      }
      return counted
    },

    async copy (db, { seed, isNew, signal, onBytes }) {
      const storage = storageOf(db)
      await storage.remote?.claim()
      for (let after = 0; ;) {
        const files = await filesWithoutObject(db.reads, { after, limit: ROWS_AT_ONCE })
        const last = files.at(-1)
        if (last === undefined) break
        await inTurns(files, async (file) => {
          signal.throwIfAborted()
          const name = objectKey(seed, file)
          // An earlier run may have uploaded it and died before recording that.
          if (await storage.size({ ...file, object_key: name }) !== file.size) {
            await target.upload(pathOf(local, file), { name, signal })
          }
          await db.write((trx) => setObjectKey(trx, file.id, name))
          onBytes(file.size)
        })
        after = last.id
      }
      // Removes the parts of files that an earlier run was uploading when it died. Nothing else writes here.
      if (!isNew) await storage.remote?.removeUnfinished(Infinity)
    },

    compare: (source, db, progress) => {
      const storage = storageOf(db)
      return differentFiles(source, progress, async (file) => {
        const row = await findFileByHex(db.reads, file.hex)
        if (row?.object_key === undefined || row.object_key === null) return false
        const [here, there] = await Promise.all([
          bytesState(local, file), bytesState(storage, { ...file, object_key: row.object_key }),
        ])
        return here === 'whole' && there === 'whole'
      })
    },
  }
}

function objectKey (seed: string, { hex }: FileRow): string {
  return `files/${createHmac('sha256', seed).update(hex).digest('hex').slice(0, KEY_DIGITS)}`
}

function pathOf (local: FileStorage, file: FileRow): string {
  const path = local.localPath(file)
  if (path === undefined) throw new Error('the files of the data folder are not on a disk')
  return path
}
