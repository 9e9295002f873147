// The S3 client with what every call needs: a time limit, and our own errors.
import {
  S3Client,
  S3ServiceException,
  type $Command,
  type S3ClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-s3'
import { DomainError } from '../../errors.ts'
import type { S3Location } from '../../file-location.ts'

type Call<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> = $Command<
  Input,
  Output,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>

interface CallOptions {
  /** The longest that the call may take, ms; for a download, until its first byte. */
  timeoutMs?: number
  signal?: AbortSignal | undefined
}

export interface S3Store {
  location: S3Location
  client: S3Client
  /** The whole key of an object below the prefix. */
  keyOf: (name: string) => string
  /** Bucket and key of an object below the prefix. */
  at: (name: string) => { Bucket: string, Key: string }
  /**
   * Makes one call. Throws an error with the code ENOENT if there is no such object, the signal's reason, and
   * STORAGE_UNAVAILABLE for everything else that the store or the network says.
   */
  call: <Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    command: Call<Input, Output>,
    options?: CallOptions,
  ) => Promise<Output>
}

const CALL_TIMEOUT_MS = 10_000
const CONNECTION_TIMEOUT_MS = 3000
/** A connection without traffic for this long is closed, also in the middle of a download, ms. */
const IDLE_TIMEOUT_MS = 120_000
/** Attempts for each call, with the SDK's own backoff. */
const TRIES = 2
/** Connections of one process or thread. */
const CONNECTIONS = 100
const RETRY_AFTER_S = 10

export function createS3Client (location: S3Location, { isPublic = false } = {}): S3Client {
  const endpoint = isPublic && location.publicEndpoint !== '' ? location.publicEndpoint : location.endpoint
  return new S3Client({
    region: location.region,
    forcePathStyle: location.pathStyle,
    ...(endpoint === '' ? {} : { endpoint }),
    // Other stores than AWS do not know the checksums that are the default: Swift answers 501. Uploads have a
    // Content-MD5 instead.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: TRIES,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      socketTimeout: IDLE_TIMEOUT_MS,
      httpAgent: { maxSockets: CONNECTIONS },
      httpsAgent: { maxSockets: CONNECTIONS },
    },
  })
}

export function openS3Store (location: S3Location): S3Store {
  const client = createS3Client(location)
  const keyOf = (name: string) => `${location.prefix}${name}`
  return {
    location,
    client,
    keyOf,
    at: (name) => ({ Bucket: location.bucket, Key: keyOf(name) }),
    async call (command, { timeoutMs = CALL_TIMEOUT_MS, signal } = {}) {
      // Not AbortSignal.timeout: it would also end the body of a download that has begun.
      const limit = new AbortController()
      const timer = setTimeout(() => { limit.abort() }, timeoutMs)
      try {
        const abortSignal = signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal])
        return await client.send(command, { abortSignal })
      } catch (error) {
        signal?.throwIfAborted()
        throw isMissing(error) ? noSuchObject(error) : unavailable(error)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

/** The status of the store's answer; undefined: there was none. */
export function statusOfAnswer (error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
}

function isMissing (error: unknown): boolean {
  return statusOfAnswer(error) === 404 && (error as Error).name !== 'NoSuchBucket'
}

function noSuchObject (cause: unknown): Error {
  return Object.assign(new Error('the store has no such object', { cause }), { code: 'ENOENT' })
}

function unavailable (cause: unknown): DomainError {
  return new DomainError('STORAGE_UNAVAILABLE', { retryAfterSeconds: RETRY_AFTER_S, cause })
}

/** Whether an error says that there is no such object. */
export function isNoSuchObject (error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
