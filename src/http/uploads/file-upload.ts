import '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { DomainError } from '../../errors.ts'
import { contentProblem } from '../../files/file-content.ts'
import { cutGivenName } from '../../files/file-name.ts'
import { stageStream, type StagedFile } from '../../files/staged-file.ts'
import { shorten } from '../../short-text.ts'
import type { OpenUpload, UploadRoom } from './upload-room.ts'

/** Names and values of form fields are short. */
const FIELD_BYTES = 4096

/** Longer than any media type that is allowed. */
const MEDIA_TYPE_MAX = 255
export interface UploadRules {
  stagingFolder: string
  room: UploadRoom
  /** Whose upload it is. */
  userId: number
  maxBytes: number
  /** `application/pdf`, or a beginning with a star after it: `image/*`. */
  types: readonly string[]
  /** Ending and first bytes have to fit the type. */
  checksContent: boolean
  /** The form's other fields; each must be there once. */
  fields: readonly string[]
  /** Fields that may be left out. */
  optional?: readonly string[]
}

export interface Upload {
  staged: StagedFile
  /** As the client says, without folders and not longer than `cutGivenName` leaves it. */
  filename: string
  /** One of the types that are allowed, without parameters. */
  contentType: string
  fields: Record<string, string>
}

/**
 * Reads a multipart form with one `file`, which goes straight to disk, and the fields of the rules, in any
 * order. Whoever gets the upload owns the staged file. Throws DomainErrors VALIDATION_FAILED,
 * UNSUPPORTED_MEDIA_TYPE, BODY_TOO_LARGE, RATE_LIMITED, DISK_LOW, the last two also in the middle of it; then
 * nothing is left of it.
 */
export async function receiveUpload (
  request: FastifyRequest,
  rules: UploadRules,
  discard: (staged: StagedFile) => Promise<void>
): Promise<Upload> {
  if (!request.isMultipart()) {
    throw new DomainError('UNSUPPORTED_MEDIA_TYPE', { detail: 'Send the file as multipart/form-data.' })
  }
  const fields: Record<string, string> = {}
  let file: Omit<Upload, 'fields'> | undefined
  let open: OpenUpload | undefined
  try {
    open = await rules.room.open(
      rules.userId,
      Math.min(Number(request.headers['content-length'] ?? 0), rules.maxBytes)
    )
    const { write } = open
    const parts = request.parts({
      limits: {
        fileSize: rules.maxBytes + 1,
        fieldSize: FIELD_BYTES,
        fieldNameSize: 100,
        files: 2,
        fields: 20,
        parts: 22,
      },
    })
    for await (const part of parts) {
      // The types say otherwise, but a part may come without a name.
      const name = (part.fieldname as string | undefined) ?? '(no name)'
      if (part.type === 'field') {
        if (!rules.fields.includes(name) && rules.optional?.includes(name) !== true) {
          throw invalid(`${shorten(name)}: there is no such field in the form`)
        }
        if (Object.hasOwn(fields, name)) {
          throw invalid(`${shorten(name)}: is in the form twice`)
        }
        if (typeof part.value !== 'string' || part.valueTruncated) {
          throw invalid(`${shorten(name)}: must be text of at most ${FIELD_BYTES} bytes`)
        }
        fields[name] = part.value
        continue
      }
      // From here on the part's stream must be read or destroyed.
      if (name !== 'file' || file !== undefined) {
        part.file.destroy()
        throw invalid(
          name === 'file'
            ? 'file: send one file at a time'
            : `${shorten(name)}: there is no such field in the form`
        )
      }
      const contentType = part.mimetype.slice(0, MEDIA_TYPE_MAX).toLowerCase()
      if (!isAllowed(contentType, rules.types)) {
        part.file.destroy()
        throw new DomainError('UNSUPPORTED_MEDIA_TYPE', {
          detail: `file: ${shorten(contentType)} may not be uploaded. Allowed are ${rules.types.join(', ')}.`,
        })
      }
      const staged = await stageStream(part.file, rules.stagingFolder, {
        maxBytes: rules.maxBytes,
        around: write,
      })
      file = { staged, filename: cutGivenName(part.filename ?? ''), contentType }
      const problem = rules.checksContent
        ? await contentProblem(staged.path, { filename: file.filename, type: contentType })
        : undefined
      if (problem !== undefined) throw new DomainError('UNSUPPORTED_MEDIA_TYPE', { detail: problem })
    }
    if (file === undefined) throw invalid('file: is missing from the form')
    const missing = rules.fields.find((name) => !Object.hasOwn(fields, name))
    if (missing !== undefined) throw invalid(`${missing}: is missing from the form`)
    return { ...file, fields }
  } catch (error) {
    if (file !== undefined) await discard(file.staged)
    // What still comes is read and thrown away, or the answer would be lost on a client that sends before it
    // reads.
    request.raw.unpipe()
    request.raw.resume()
    // The parser of forms has no errors of its own kind.
    if (error instanceof Error && error.constructor === Error && !('code' in error)) {
      throw invalid(`the form cannot be read: ${shorten(error.message, 200)}`)
    }
    throw error
  } finally {
    open?.end()
  }
}

/** Whether a media type is one of those allowed. */
export function isAllowed (type: string, allowed: readonly string[]): boolean {
  return allowed.some((pattern) =>
    pattern === '*/*' || (pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern)
  )
}

function invalid (message: string): DomainError {
  return new DomainError('VALIDATION_FAILED', { detail: message })
}
