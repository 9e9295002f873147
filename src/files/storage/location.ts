import type { FileLocation } from '../../file-location.ts'
import { createDiskStorage } from './disk.ts'
import type { FileStorage } from './file-storage.ts'

export interface StorageParts {
  /** Names the database whose files they are. Only an object store asks. */
  installation: () => Promise<string>
  /** Whether the database already has files in an object store. Default: it does not. */
  hasObjects?: () => Promise<boolean>
}

/**
 * Opens the storage at a location. Makes no request: an object store is first asked when it is used, or by
 * `claim`.
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
