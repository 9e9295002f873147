// A marker object names the installation that owns a prefix. Each installation writes its own marker and then
// lists all of them, so that if two start at the same moment, at most one continues. A conditional write
// would be simpler, but not all stores support it.
import {
  DeleteObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { DomainError, hasCode } from '../../errors.ts'
import { statusOfAnswer, type S3Store } from './s3-client.ts'

const FOLDER = 'installation/'

/**
 * Checks the bucket and claims the prefix for an installation. One that already has objects has claimed their
 * prefix, and no other one. Throws INVALID_SETTINGS, STORAGE_IN_USE and STORAGE_UNAVAILABLE.
 */
export async function claimPrefix (
  store: S3Store,
  installation: string,
  { hasObjects }: { hasObjects: () => Promise<boolean> }
): Promise<void> {
  await checkBucket(store)
  if (await isOurs(store, installation)) return
  if (await hasObjects()) {
    const { bucket, prefix } = store.location
    throw new DomainError('INVALID_SETTINGS', {
      detail: `FILES_URL: the files of this database are not at s3://${bucket}/${prefix}. Set it to the bucket ` +
        'and the prefix that has them. If the files are here and only the marker was lost, add an ' +
        `empty object named ${store.keyOf(`${FOLDER}${installation}`)}.`,
    })
  }
  const input = {
    ...store.at(`${FOLDER}${installation}`),
    Body: 'The files of one Perfbook. The name of this object identifies its database.\n',
  }
  await store.call(new PutObjectCommand(input))
  try {
    await isOurs(store, installation)
  } catch (error) {
    // If both kept their markers, neither could ever start again. This one is so new that nothing is stored.
    if (hasCode(error, 'STORAGE_IN_USE')) {
      await store.call(new DeleteObjectCommand(store.at(`${FOLDER}${installation}`)))
    }
    throw error
  }
}

/** Whether there is a marker of the installation. Throws STORAGE_IN_USE if there is one of another. */
export async function isOurs (store: S3Store, installation: string): Promise<boolean> {
  const { bucket, prefix } = store.location
  const { Contents = [] } = await store.call(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: store.keyOf(FOLDER) })
  )
  const found = Contents.map(({ Key = '' }) => Key.slice(store.keyOf(FOLDER).length))
  if (found.some((name) => name !== installation)) {
    throw new DomainError('STORAGE_IN_USE', {
      detail: `FILES_URL: s3://${bucket}/${prefix} belongs to another installation of Perfbook. ` +
        'Give each database its own prefix or bucket.',
    })
  }
  return found.length > 0
}

/** Throws INVALID_SETTINGS if the bucket cannot be used, and STORAGE_UNAVAILABLE. */
export async function checkBucket (store: S3Store): Promise<void> {
  const { bucket, endpoint, region } = store.location
  const where = endpoint === '' ? `AWS (${region})` : endpoint
  try {
    await store.call(new HeadBucketCommand({ Bucket: bucket }))
  } catch (error) {
    const cause = error instanceof DomainError ? error.cause : (error as Error).cause
    const problem = problemOf(cause, { bucket, where })
    throw problem === undefined ? error : new DomainError('INVALID_SETTINGS', { detail: problem, cause })
  }
}

/** What is wrong with the settings, by the store's answer; undefined: nothing, the store is unavailable. */
function problemOf (
  cause: unknown,
  { bucket, where }: { bucket: string, where: string }
): string | undefined {
  if (cause instanceof Error && cause.name === 'CredentialsProviderError') {
    return 'FILES_URL: there are no credentials for the store. ' +
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role.'
  }
  switch (statusOfAnswer(cause)) {
    case 404: return `FILES_URL: there is no bucket "${bucket}" at ${where}. Create it first.`
    case 401:
    case 403:
      return `FILES_URL: the store at ${where} refuses these credentials for the bucket "${bucket}".`
    case 301:
    case 307:
    case 400:
      return `FILES_URL: the bucket "${bucket}" is not in this region of ${where}. Set S3_REGION.`
    default: return undefined
  }
}
