import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { Config } from '../../config.ts'
import type { Courses } from '../../courses/courses.ts'
import { DomainError } from '../../errors.ts'
import { displayName } from '../../accounts/access.ts'
import { EXPORT_CATEGORY } from '../../exports/export.job.ts'
import type { Exports } from '../../exports/exports.ts'
import type { FileLibrary, FileRow } from '../../files/file-library.ts'
import { fileTooLarge } from '../../files/staged-file.ts'
import { isoTime } from '../../iso-time.ts'
import { courseOf, principalOf } from '../access/route-access.ts'
import { sendTagged, tagged } from '../entity-tags.ts'
import { acceptForms, withUpload } from '../uploads/file-upload.ts'
import type { UploadRoom } from '../uploads/upload-room.ts'
import { nextCursorSchema, pageQuery, readPage } from '../paging.ts'
import type { JobGate } from '../job-gate.ts'
import type { Links } from '../links.ts'
import { courseParams, errors, idOf } from '../schemas/common.ts'
import { fileSchema } from '../schemas/storage.ts'

const tags = ['Files']
/** Most bytes of the form around the file: boundaries, headers, fields. */
const FORM_BYTES = 65_536

const category = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,63}$',
  description: 'Small letters, digits and -',
})

interface CourseFilesRoutesOptions {
  config: Pick<Config, 'FILE_MAX_BYTES' | 'fileTypes' | 'stagingFolder'>
  courses: Pick<Courses, 'exists'>
  exports: Pick<Exports, 'delete' | 'ofFile'>
  files: Pick<FileLibrary, 'delete' | 'info' | 'store'>
  gate: Pick<JobGate, 'openForFiles'>
  links: Links
  /** Room on the disk for what is being uploaded. */
  room: UploadRoom
}

/** Any files of a course, such as its syllabus. Its exports are among them, in a category of their own. */
export const courseFilesRoutes: FastifyPluginAsyncTypebox<CourseFilesRoutesOptions> = async (
  app,
  { config, courses, exports, files, gate, links, room }
) => {
  await acceptForms(app, config.FILE_MAX_BYTES)

  const asJson = (request: FastifyRequest, file: FileRow) => ({
    id: file.id,
    category: file.category,
    filename: file.filename,
    url: links.file(request, file),
    content_type: file.content_type,
    size: file.size,
    sha256: file.sha256,
    created_at: isoTime(file.created_at),
    created_by: file.created_by,
    expires_at: isoTime(file.expires_at),
  })

  app.post('/api/courses/:course_id/files', {
    config: { access: { who: 'course', scope: 'export', audit: 'file.upload' } },
    onRequest: async (request) => {
      // Before any of the body is read.
      await gate.openForFiles(courseOf(request).id)
      if (Number(request.headers['content-length'] ?? 0) > config.FILE_MAX_BYTES + FORM_BYTES) {
        throw fileTooLarge(config.FILE_MAX_BYTES)
      }
    },
    // `withUpload` reads and checks the form while it arrives.
    validatorCompiler: () => () => true,
    schema: {
      tags,
      summary: 'Upload a file to a course',
      description: 'A form (multipart/form-data) with `file` and `category`.',
      consumes: ['multipart/form-data'],
      params: courseParams,
      body: Type.Object({ file: Type.String({ format: 'binary' }), category }),
      response: { 201: fileSchema, ...errors(400, 401, 403, 404, 409, 413, 415, 429, 503, 507) },
    },
  }, async (request, reply) => {
    const courseId = courseOf(request).id
    const rules = {
      stagingFolder: config.stagingFolder,
      room,
      userId: principalOf(request).userId,
      maxBytes: config.FILE_MAX_BYTES,
      types: config.fileTypes,
      checksContent: true,
      fields: ['category'] as const,
    }
    const file = await withUpload(request, rules, (upload) => files.store(upload.staged, {
      owner: { type: 'course', id: courseId },
      category: checkedCategory(upload.fields.category),
      filename: upload.filename,
      contentType: upload.contentType,
      createdBy: displayName(principalOf(request)),
      expiresAt: null,
    }, {
      async check (trx) {
        if (!await courses.exists(trx, courseId)) throw new DomainError('COURSE_NOT_FOUND')
      },
    }))
    return await reply.code(201).header('location', links.file(request, file)).send(asJson(request, file))
  })

  app.get('/api/courses/:course_id/files', {
    config: { access: { who: 'course', scope: 'read' } },
    schema: {
      tags,
      summary: "The course's files, newest first",
      params: courseParams,
      querystring: Type.Object({
        category: Type.Optional(category),
        ...pageQuery(),
      }),
      response: {
        200: Type.Object({ files: Type.Array(fileSchema), next_cursor: nextCursorSchema }),
        304: Type.Null(),
        ...errors(400, 401, 403, 404),
      },
    },
  }, async (request, reply) => {
    const { category } = request.query
    const owner = { type: 'course', id: courseOf(request).id }
    const { rows, nextCursor } = await readPage(
      request.query,
      (part) => files.info({ owner, ...(category === undefined ? {} : { category }), ...part })
    )
    const json = { files: rows.map((file) => asJson(request, file)), next_cursor: nextCursor }
    return sendTagged(request, reply, tagged(JSON.stringify(json)))
  })

  app.delete('/api/courses/:course_id/files/:file_id', {
    config: { access: { who: 'course', scope: 'export', audit: 'file.delete' } },
    schema: {
      tags,
      summary: 'Delete a file of a course',
      params: Type.Object({ ...courseParams.properties, file_id: Type.String() }),
      response: { 204: Type.Null(), ...errors(401, 403, 404) },
    },
  }, async (request, reply) => {
    const fileId = idOf(request.params.file_id)
    const owner = { type: 'course', id: courseOf(request).id }
    const [file] = fileId === undefined ? [] : await files.info({ id: fileId, owner })
    if (file === undefined) throw new DomainError('FILE_NOT_FOUND')
    const made = await exports.ofFile(file.id)
    const isDeleted = made === undefined
      ? await files.delete([file.id]) > 0
      : await exports.delete(made.courseId, made.id)
    if (!isDeleted) throw new DomainError('FILE_NOT_FOUND')
    return await reply.code(204).send(null)
  })
}

function checkedCategory (given: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(given)) {
    throw new DomainError('VALIDATION_FAILED', {
      detail: 'category: must be small letters, digits and -, at most 64',
    })
  }
  if (given === EXPORT_CATEGORY) {
    throw new DomainError('VALIDATION_FAILED', {
      detail: `category: ${EXPORT_CATEGORY} is reserved for exports; choose another one`,
    })
  }
  return given
}
