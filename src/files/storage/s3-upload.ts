// Puts a local file into the store: in one request, or in parts of which only one is in memory.
import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3'
import { DomainError } from '../../errors.ts'
import type { S3Store } from './s3-client.ts'

/** A file that is not larger goes in one request; also the size of a part. Stores want at least 5 MiB. */
const PART_BYTES = 8 * 1024 ** 2
/** More parts than this are not possible. */
const MOST_PARTS = 10_000
/** Time for a store to answer a request, ms, and to receive each byte of its body, ms: 100 kB/s. */
const ANSWER_MS = 8000
const BYTE_MS = 0.01
/** Time for a store to combine the parts, ms: it may copy all of them. */
const COMPLETE_MS = 90_000

const timeFor = ({ length }: Buffer) => ANSWER_MS + length * BYTE_MS

/**
 * Uploads a file and asks the store for its size. Throws STORAGE_UNAVAILABLE, the signal's reason, and errors
 * of the file system; then nothing is stored, or what is stored has no row and is swept later.
 */
export async function uploadFile (
  store: S3Store,
  path: string,
  { name, signal }: { name: string, signal?: AbortSignal | undefined }
): Promise<void> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    if (size <= PART_BYTES) await putWhole(store, handle, { name, size, signal })
    else await putInParts(store, handle, { name, size, signal })
    await checkSize(store, { name, size, signal })
  } finally {
    await handle.close()
  }
}

interface Target {
  name: string
  size: number
  signal: AbortSignal | undefined
}

async function putWhole (store: S3Store, handle: FileHandle, { name, size, signal }: Target): Promise<void> {
  const Body = await readPart(handle, 0, size)
  const input = { ...store.at(name), Body, ContentLength: size, ContentMD5: md5Of(Body) }
  await store.call(new PutObjectCommand(input), { timeoutMs: timeFor(Body), signal })
}

async function putInParts (
  store: S3Store,
  handle: FileHandle,
  { name, size, signal }: Target
): Promise<void> {
  const at = store.at(name)
  const { UploadId } = await store.call(new CreateMultipartUploadCommand(at), { signal })
  const partBytes = Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS))
  try {
    const Parts: CompletedPart[] = []
    for (let start = 0; start < size; start += partBytes) {
      const Body = await readPart(handle, start, Math.min(partBytes, size - start))
      const PartNumber = Parts.length + 1
      const input = { ...at, UploadId, PartNumber, Body, ContentLength: Body.length, ContentMD5: md5Of(Body) }
      const { ETag } = await store.call(new UploadPartCommand(input), { timeoutMs: timeFor(Body), signal })
      Parts.push({ PartNumber, ETag })
    }
    const input = { ...at, UploadId, MultipartUpload: { Parts } }
    await store.call(new CompleteMultipartUploadCommand(input), { timeoutMs: COMPLETE_MS, signal })
  } catch (error) {
    const input = { ...at, UploadId }
    // What is left is swept after a day.
    await store.call(new AbortMultipartUploadCommand(input)).catch(() => {})
    throw error
  }
}

async function checkSize (store: S3Store, { name, size, signal }: Target): Promise<void> {
  const { ContentLength } = await store.call(new HeadObjectCommand(store.at(name)), { signal })
  if (ContentLength === size) return
  await store.call(new DeleteObjectCommand(store.at(name))).catch(() => {})
  throw new DomainError('STORAGE_UNAVAILABLE', {
    cause: new Error(`${size} bytes were sent, and the store has ${ContentLength ?? 'none'}`),
  })
}

async function readPart (handle: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  for (let read = 0; read < length;) {
    const { bytesRead } = await handle.read(bytes, read, length - read, start + read)
    if (bytesRead === 0) throw new Error('a staged file became shorter while it was uploaded')
    read += bytesRead
  }
  return bytes
}

function md5Of (bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('base64')
}
