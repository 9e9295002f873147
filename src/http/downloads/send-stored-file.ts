import { basename, dirname } from 'node:path'
import { Readable } from 'node:stream'
import type { FastifyStaticOptions } from '@fastify/static'
import { create as contentDisposition } from 'content-disposition'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FileLibrary, FileRow } from '../../files/file-library.ts'
import type { ByteRange } from '../../files/storage/file-storage.ts'
import { isFresh, isSame } from '../entity-tags.ts'
import { refuse } from '../errors.ts'
import { byteRange } from './byte-range.ts'

/** Options of @fastify/static for `sendStoredFile`: it adds no headers but those of the range. */
export const STATIC_OPTIONS: FastifyStaticOptions = {
  serve: false,
  etag: false,
  lastModified: false,
  cacheControl: false,
  contentType: false,
}

const CONDITIONS = [
  'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range', 'range',
] as const

type StoredFiles = Pick<FileLibrary, 'link' | 'localPath' | 'open'>

/** As `keepResponsesPrivate` sets it on what this service sends. */
const CACHE_CONTROL = 'private, no-cache'

const ON_EVERY_FILE = {
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
  'referrer-policy': 'no-referrer',
}

/**
 * Sends a stored file, or what the conditions and the range of the request leave of it, in the order of RFC
 * 9110, 13.2.2: If-Match, If-None-Match, If-Range, Range. The entity tag is the hash of the content. With
 * `isRedirected`, an object store sends the bytes, and this answers everything else.
 */
export async function sendStoredFile (
  request: FastifyRequest,
  reply: FastifyReply,
  { file, files, isRedirected = false }: { file: FileRow, files: StoredFiles, isRedirected?: boolean }
): Promise<FastifyReply> {
  const { 'if-match': ifMatch, 'if-range': ifRange, range: given } = request.headers
  const etag = `"${file.sha256}"`
  if (ifMatch !== undefined && !isSame(ifMatch, etag)) return refuse(reply, 'PRECONDITION_FAILED')
  if (isFresh(request, etag)) return reply.code(304).headers({ etag, ...ON_EVERY_FILE }).send()
  const isPart = request.method === 'GET' && (ifRange === undefined || ifRange === etag)
  const range = isPart ? byteRange(given, file.size) : undefined
  if (range === 'unsatisfiable') {
    return refuse(reply.headers({ etag, 'content-range': `bytes */${file.size}` }), 'RANGE_NOT_SATISFIABLE')
  }
  const disposition = contentDisposition(file.filename)
  if (isRedirected && request.method === 'GET' && files.link !== undefined) {
    const link = await files.link(file, { type: file.content_type, disposition, cacheControl: CACHE_CONTROL })
    // The link is a secret for a minute, and useless after it. A client sends its range there too.
    return reply.code(302).headers({ ...ON_EVERY_FILE, location: link, 'cache-control': 'no-store' }).send()
  }
  const headers = {
    etag,
    ...ON_EVERY_FILE,
    'content-type': file.content_type,
    'content-disposition': disposition,
  }
  const path = files.localPath(file)
  return path === undefined
    ? await sendStream(request, reply, { file, files, range, headers })
    : sendFromDisk(request, reply, { path, range, headers })
}

/** A file on the local disk, by @fastify/static. */
function sendFromDisk (
  request: FastifyRequest,
  reply: FastifyReply,
  { path, range, headers }: { path: string, range: ByteRange | undefined, headers: Record<string, string> }
): FastifyReply {
  // @fastify/static compares the conditions with an entity tag and a date of its own, or, with `etag: false`,
  // with none. They are answered already, so it gets at most a range, and one that is within the file.
  for (const name of CONDITIONS) delete request.headers[name]
  if (range !== undefined) request.headers.range = `bytes=${range.start}-${range.end}`
  // If the file is gone by now, the answer is the 404 of the route, without these headers.
  const onFile = () => { reply.headers(headers) }
  return reply.sendFile(basename(path), dirname(path), { onFile })
}

/** A file that is stored elsewhere, with the same answers. */
async function sendStream (
  { method }: FastifyRequest,
  reply: FastifyReply,
  { file, files, range, headers }: {
    file: FileRow
    files: StoredFiles
    range: ByteRange | undefined
    headers: Record<string, string>
  }
): Promise<FastifyReply> {
  let stream: Readable
  try {
    stream = method === 'HEAD' ? Readable.from([]) : await files.open(file, { range, size: file.size })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return refuse(reply, 'FILE_NOT_FOUND')
    throw error
  }
  const { start, end } = range ?? { start: 0, end: file.size - 1 }
  reply.headers({ ...headers, 'accept-ranges': 'bytes', 'content-length': end - start + 1 })
  if (range !== undefined) reply.code(206).header('content-range', `bytes ${start}-${end}/${file.size}`)
  return reply.send(stream)
}
