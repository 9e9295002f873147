// The object store as the target of `perfbook copy`.
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { S3Location } from '../../file-location.ts'
import { checkBucket } from './s3-claim.ts'
import { openS3Store } from './s3-client.ts'
import { uploadFile } from './s3-upload.ts'

export interface S3CopyTarget {
  /**
   * The key of something below the prefix; undefined: there is nothing. Throws INVALID_SETTINGS and
   * STORAGE_UNAVAILABLE.
   */
  anything: () => Promise<string | undefined>
  /** Stores a file and leaves it where it is. See `uploadFile`. */
  upload: (path: string, options: { name: string, signal: AbortSignal }) => Promise<void>
}

export function openS3CopyTarget (location: S3Location): S3CopyTarget {
  const store = openS3Store(location)
  return {
    async anything () {
      await checkBucket(store)
      const input = { Bucket: location.bucket, Prefix: location.prefix, MaxKeys: 1 }
      const { Contents = [] } = await store.call(new ListObjectsV2Command(input))
      return Contents[0]?.Key
    },
    upload: (path, options) => uploadFile(store, path, options),
  }
}
