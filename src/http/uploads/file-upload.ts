import { rm } from 'node:fs/promises'
import multipart, { type Multipart, type MultipartFile } from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { DomainError } from '../../errors.ts'
import { contentProblem } from '../../files/file-content.ts'
import { cutGivenName } from '../../files/file-name.ts'
import { stageStream, type StagedFile } from '../../files/staged-file.ts'
import { shorten } from '../../short-text.ts'
import type { OpenUpload, UploadRoom } from './upload-room.ts'

/** Most bytes of the value of a form field. */
const FIELD_BYTES = 4096
/** Longer than any media type that is allowed. */
const MEDIA_TYPE_MAX = 255

interface UploadRules<Field extends string = string> {
  stagingFolder: string
  room: UploadRoom
  /** The user who uploads. */
  userId: number
  maxBytes: number
  /** Media types, such as `application/pdf`, or the beginning of one with a star: `image/*`. */
  types: readonly string[]
  /** Whether the extension and the first bytes must match the media type. */
  checksContent: boolean
  /** The form's other fields. Each must be there once. */
  fields: readonly Field[]
  /** Fields that may be left out. */
  optional?: readonly string[]
  /** Most bytes of the values of fields that may be longer than others. */
  longFields?: Readonly<Record<string, number>>
}

export interface Upload<Field extends string = never> {
  staged: StagedFile
  /** As the client says, without folders and not longer than `cutGivenName` leaves it. */
  filename: string
  /** One of the allowed types, without parameters. */
  contentType: string
  fields: Readonly<Record<Field, string> & Record<string, string | undefined>>
}

/** Lets the routes of a plugin read forms with a file of at most `maxBytes`. */
export async function acceptForms (app: FastifyInstance, maxBytes: number): Promise<void> {
  const limits = { fileSize: maxBytes }
  // The plugin passes `defParamCharset` on to its parser, but its types do not know it.
  const options = { limits, throwFileSizeLimit: false, defParamCharset: 'utf8' }
  await app.register(multipart, options)
}

/**
 * Reads a multipart form with one `file`, which goes straight to disk, and the fields of the rules, in any
 * order. Returns what `work` makes of it; the staged file is removed if `work` has not moved it. Throws the
 * DomainErrors VALIDATION_FAILED, UNSUPPORTED_MEDIA_TYPE, BODY_TOO_LARGE, RATE_LIMITED and DISK_LOW, the last
 * two also in the middle of the upload, and what `work` throws.
 */
export async function withUpload<Field extends string, Result> (
  request: FastifyRequest,
  rules: UploadRules<Field>,
  work: (upload: Upload<Field>) => Promise<Result>
): Promise<Result> {
  const { staged, ...upload } = await receive(request, rules)
  try {
    return await work({ staged, ...upload })
  } finally {
    await discard(staged)
  }
}

async function receive<Field extends string> (
  request: FastifyRequest,
  rules: UploadRules<Field>
): Promise<Upload<Field>> {
  if (!request.isMultipart()) {
    throw new DomainError('UNSUPPORTED_MEDIA_TYPE', { detail: 'Send the file as multipart/form-data.' })
  }
  const fields = new Map<string, string>()
  let file: Omit<Upload, 'fields'> | undefined
  let open: OpenUpload | undefined
  try {
    const announcedBytes = Number(request.headers['content-length'] ?? 0)
    open = await rules.room.open(rules.userId, Math.min(announcedBytes, rules.maxBytes))
    const limits = {
      fileSize: rules.maxBytes + 1,
      fieldSize: Math.max(FIELD_BYTES, ...Object.values(rules.longFields ?? {})),
      fieldNameSize: 100,
      files: 2,
      fields: 20,
      parts: 22,
    }
    for await (const part of request.parts({ limits })) {
      if (part.type === 'field') {
        takeField(fields, part, rules)
      } else {
        if (nameOf(part) !== 'file') throw refused(part, unknownField(nameOf(part)))
        if (file !== undefined) throw refused(part, invalid('file: send one file at a time'))
        file = await stageFile(part, rules, open)
        await checkContent(file, rules)
      }
    }
    if (file === undefined) throw invalid('file: is missing from the form')
    const missing = rules.fields.find((name) => !fields.has(name))
    if (missing !== undefined) throw invalid(`${missing}: is missing from the form`)
    return { ...file, fields: Object.fromEntries(fields) as Upload<Field>['fields'] }
  } catch (error) {
    if (file !== undefined) await discard(file.staged)
    // Reads and drops the rest of the body: a client that sends before it reads would never see the answer.
    request.raw.unpipe()
    request.raw.resume()
    // The parser of forms has no error class of its own.
    if (error instanceof Error && error.constructor === Error && !('code' in error)) {
      throw invalid(`the form cannot be read: ${shorten(error.message, 200)}`)
    }
    throw error
  } finally {
    open?.end()
  }
}

function takeField (
  fields: Map<string, string>,
  part: Extract<Multipart, { type: 'field' }>,
  { fields: required, optional = [], longFields = {} }: UploadRules
): void {
  const name = nameOf(part)
  if (!required.includes(name) && !optional.includes(name)) throw unknownField(name)
  if (fields.has(name)) throw invalid(`${shorten(name)}: is in the form twice`)
  const most = Object.hasOwn(longFields, name) ? longFields[name] ?? FIELD_BYTES : FIELD_BYTES
  if (typeof part.value !== 'string' || part.valueTruncated || Buffer.byteLength(part.value) > most) {
    throw invalid(`${shorten(name)}: must be text of at most ${most} bytes`)
  }
  // PostgreSQL stores no such text.
  if (part.value.includes('\0')) throw invalid(`${shorten(name)}: must not contain a NUL character`)
  fields.set(name, part.value)
}

async function stageFile (
  part: MultipartFile,
  { types, stagingFolder, maxBytes }: UploadRules,
  { write }: OpenUpload
): Promise<Omit<Upload, 'fields'>> {
  const contentType = part.mimetype.slice(0, MEDIA_TYPE_MAX).toLowerCase()
  if (!isAllowed(contentType, types)) {
    throw refused(part, new DomainError('UNSUPPORTED_MEDIA_TYPE', {
      detail: `file: ${shorten(contentType)} is not allowed. Allowed types: ${types.join(', ')}.`,
    }))
  }
  const staged = await stageStream(part.file, stagingFolder, { maxBytes, around: write })
  // The types say otherwise, but a file may come without a name.
  const filename = cutGivenName((part.filename as string | undefined) ?? '')
  return { staged, filename, contentType }
}

async function checkContent (file: Omit<Upload, 'fields'>, { checksContent }: UploadRules): Promise<void> {
  if (!checksContent) return
  const { filename, contentType } = file
  const problem = await contentProblem(file.staged.path, { filename, type: contentType })
  if (problem !== undefined) throw new DomainError('UNSUPPORTED_MEDIA_TYPE', { detail: problem })
}

/** The types say otherwise, but a part may come without a name. */
function nameOf ({ fieldname }: Multipart): string {
  return (fieldname as string | undefined) ?? '(no name)'
}

/** The stream of a refused file must be destroyed, or the parser waits for it. */
function refused ({ file }: MultipartFile, error: DomainError): DomainError {
  file.destroy()
  return error
}

async function discard ({ path }: StagedFile): Promise<void> {
  await rm(path, { force: true })
}

/** Whether a media type is one of those allowed. */
function isAllowed (type: string, allowed: readonly string[]): boolean {
  return allowed.some((pattern) =>
    pattern === '*/*' || (pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern)
  )
}

function unknownField (name: string): DomainError {
  return invalid(`${shorten(name)}: there is no such field in the form`)
}

function invalid (detail: string): DomainError {
  return new DomainError('VALIDATION_FAILED', { detail })
}
