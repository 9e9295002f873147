import { randomBytes } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { S3Location } from '../../file-location.ts'
import {
  assertFileKey, type BytesKey, type FileKey, type FileStorage, type StorageParts,
} from './file-storage.ts'
import { claimPrefix } from './s3-claim.ts'
import { createS3Client, isNoSuchObject, openS3Store } from './s3-client.ts'
import { uploadFile } from './s3-upload.ts'

/** The keys that this storage makes. They reveal nothing about the file. */
const OBJECT_KEY = /^(?:files|uploads)\/[0-9a-f]{32}(?:-\d+-\d+)?$/
const FOLDERS = ['files/', 'uploads/']
const QUARANTINE = 'quarantine/'
/** How long a link is valid, s. */
const LINK_S = 60
/** How often at most the store's availability is checked, and how long it has to answer, ms. */
const PROBE_EVERY_MS = 2000
const PROBE_TIMEOUT_MS = 2000
/** Time for a copy within the store, ms. */
const COPY_TIMEOUT_MS = 90_000

interface StoredObject {
  name: string
  /** When it was last written, ms. */
  writtenAt: number
}

/**
 * Stores each file as an object `<prefix>files/<random>`, or `<prefix>uploads/<random>`. `installation` names
 * the database whose files they are: nothing is written or removed before the prefix is known to be its own.
 */
export function createS3Storage (
  location: S3Location,
  { installation, hasObjects = async () => false }: StorageParts
): FileStorage {
  const store = openS3Store(location)
  const { call, at, keyOf } = store
  let claimed: Promise<void> | undefined
  let probe: { at: number, result: Promise<boolean> } | undefined

  async function claim (): Promise<void> {
    claimed ??= installation().then((id) => claimPrefix(store, id, { hasObjects }))
    try {
      await claimed
    } catch (error) {
      claimed = undefined
      throw error
    }
  }

  async function sizeOf (name: string): Promise<number | undefined> {
    try {
      const { ContentLength = 0 } = await call(new HeadObjectCommand(at(name)))
      return ContentLength
    } catch (error) {
      if (isNoSuchObject(error)) return undefined
      throw error
    }
  }

  async function removeObject (name: string): Promise<void> {
    await call(new DeleteObjectCommand(at(name))).catch(unlessMissing)
  }

  /** Neither `from` nor `to` is lost if the process dies on the way. */
  async function move (from: string, to: string): Promise<void> {
    await claim()
    const source = `${location.bucket}/${keyOf(from)}`.split('/').map(encodeURIComponent).join('/')
    await call(new CopyObjectCommand({ ...at(to), CopySource: source }), { timeoutMs: COPY_TIMEOUT_MS })
    await removeObject(from)
  }

  async function * objects (): AsyncGenerator<StoredObject> {
    for (const folder of FOLDERS) {
      let token: string | undefined
      do {
        const input = { Bucket: location.bucket, Prefix: keyOf(folder), ContinuationToken: token }
        const page = await call(new ListObjectsV2Command(input))
        for (const { Key = '', LastModified } of page.Contents ?? []) {
          yield { name: Key.slice(location.prefix.length), writtenAt: LastModified?.getTime() ?? Infinity }
        }
        token = page.NextContinuationToken
      } while (token !== undefined)
    }
  }

  let publicClient: ReturnType<typeof createS3Client> | undefined

  return {
    newKey (folder, run) {
      const random = randomBytes(16).toString('hex')
      return `${folder}/${random}${run === undefined ? '' : `-${run.job}-${run.token}`}`
    },

    nameOf: objectOf,

    async put (stagedPath, key, { signal } = {}) {
      assertFileKey(key)
      const name = objectOf(key)
      await claim()
      await uploadFile(store, stagedPath, { name, signal })
      await unlink(stagedPath)
    },

    async size (key) {
      assertFileKey(key)
      return isElsewhere(key) ? undefined : await sizeOf(objectOf(key))
    },

    async open (key, { range, size } = {}) {
      assertFileKey(key)
      if (isElsewhere(key)) throw noFile()
      const input = {
        ...at(objectOf(key)),
        ...(range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` }),
      }
      const answer = await call(new GetObjectCommand(input))
      const body = answer.Body as Readable
      const found = range === undefined ? answer.ContentLength : totalOf(answer.ContentRange)
      if (size !== undefined && found !== size) {
        // An unread body would hold its connection.
        body.destroy()
        throw noFile()
      }
      return body
    },

    localPath: () => undefined,

    async remove (key) {
      assertFileKey(key)
      if (isElsewhere(key)) return
      await claim()
      await removeObject(objectOf(key))
    },

    async * list (name) {
      // There are no folders, so nothing is in one.
      if (name === undefined) for await (const object of objects()) yield object.name
    },

    async quarantine (name) {
      if (!FOLDERS.some((folder) => name.startsWith(folder))) {
        throw new Error(`not the name of an object: ${name}`)
      }
      if (await sizeOf(name) === undefined) return false
      for (let n = 1; ; n++) {
        const to = `${QUARANTINE}${name}${n === 1 ? '' : `~${n}`}`
        if (await sizeOf(to) !== undefined) continue
        await move(name, to)
        return true
      }
    },

    async restore (key) {
      assertFileKey(key)
      if (isElsewhere(key)) return false
      const to = objectOf(key)
      const from = `${QUARANTINE}${to}`
      if (await sizeOf(from) === undefined || await sizeOf(to) !== undefined) return false
      await move(from, to)
      return true
    },

    remote: {
      claim,

      async isAvailable () {
        if (probe === undefined || Math.abs(performance.now() - probe.at) > PROBE_EVERY_MS) {
          const command = new HeadBucketCommand({ Bucket: location.bucket })
          const result = call(command, { timeoutMs: PROBE_TIMEOUT_MS }).then(() => true, () => false)
          probe = { at: performance.now(), result }
        }
        return await probe.result
      },

      async link (key, { type, disposition, cacheControl, now }) {
        publicClient ??= createS3Client(location, { isPublic: true })
        const command = new GetObjectCommand({
          ...at(objectOf(key)),
          ResponseContentType: type,
          ResponseContentDisposition: disposition,
          ResponseCacheControl: cacheControl,
        })
        return await getSignedUrl(publicClient, command, { expiresIn: LINK_S, signingDate: new Date(now) })
      },

      async * listOlder (before) {
        for await (const { name, writtenAt } of objects()) {
          // Only what this program writes: others may use a prefix that ends like ours.
          if (writtenAt < before && OBJECT_KEY.test(name)) yield name
        }
      },

      async removeUnfinished (before) {
        await claim()
        let removed = 0
        let markers: { KeyMarker?: string | undefined, UploadIdMarker?: string | undefined } | undefined = {}
        while (markers !== undefined) {
          const input: ListMultipartUploadsCommandInput = {
            Bucket: location.bucket,
            Prefix: location.prefix,
            ...markers,
          }
          const page: ListMultipartUploadsCommandOutput = await call(new ListMultipartUploadsCommand(input))
          for (const { Key = '', UploadId, Initiated } of page.Uploads ?? []) {
            if (!OBJECT_KEY.test(Key.slice(location.prefix.length))) continue
            if (Initiated === undefined || Initiated.getTime() >= before) continue
            const upload = { Bucket: location.bucket, Key, UploadId }
            // A missing upload has ended since.
            await call(new AbortMultipartUploadCommand(upload)).catch(unlessMissing)
            removed++
          }
          markers = page.IsTruncated === true
            ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
            : undefined
        }
        return removed
      },
    },
  }
}

function objectOf ({ hex, object_key: key }: BytesKey | FileKey): string {
  if (typeof key !== 'string' || !OBJECT_KEY.test(key)) {
    throw new Error(`the file ${hex.slice(0, 6)} has no valid object key`)
  }
  return key
}

/** Whether a file was stored on a local disk. */
function isElsewhere ({ object_key: key }: BytesKey): boolean {
  return key === null || key === undefined
}

/** The size of the whole object: `bytes 0-9/100`. */
function totalOf (range: string | undefined): number | undefined {
  const total = /\/(\d+)$/.exec(range ?? '')?.[1]
  return total === undefined ? undefined : Number(total)
}

function unlessMissing (error: unknown): void {
  if (!isNoSuchObject(error)) throw error
}

function noFile (): Error {
  return Object.assign(new Error('the store has no such file'), { code: 'ENOENT' })
}
