import type { FileLocation } from '../../file-location.ts'
import { createDiskStorage } from './disk.ts'
import type { FileStorage, StorageParts } from './file-storage.ts'

/**
 * Opens the storage at a location. Makes no request: an object store is first contacted by `claim`, or when
 * it is used.
 */
export async function openStorage (location: FileLocation, parts: StorageParts): Promise<FileStorage> {
  switch (location.kind) {
    case 'disk': return createDiskStorage(location.folder, location.quarantineFolder)
    case 's3': {
      // Loaded only where it is used: the client is large.
      const { createS3Storage } = await import('./s3.ts')
      return createS3Storage(location.store, parts)
    }
  }
}
