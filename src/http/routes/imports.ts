import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { Config } from '../../config.ts'
import { DomainError } from '../../errors.ts'
import { displayName } from '../../accounts/access.ts'
import { importPayload, IMPORT_KIND, type ImportChoices } from '../../imports/import.job.ts'
import type { Imports } from '../../imports/imports.ts'
import type { Undos } from '../../imports/undos.ts'
import type { Access } from '../../accounts/access.ts'
import { IMPORT_FORMATS } from '../../imports/import-options.ts'
import { MAP_BYTES_MAX } from '../../imports/column-maps/map-values.ts'
import { importTemplate } from '../../imports/templates/templates.ts'
import { PERFORMANCE_BOOK_SCHEMA } from '../../imports/performance-book/performance-book-1.schema.ts'
import { courseOf, jobOf, principalOf } from '../access/route-access.ts'
import { sendTagged, tagged } from '../entity-tags.ts'
import { acceptForms, withUpload } from '../uploads/file-upload.ts'
import { choicesOf, FIELDS } from '../uploads/import-fields.ts'
import type { JobRow } from '../../jobs/job-queue.ts'
import type { UploadRoom } from '../uploads/upload-room.ts'
import { importJson, listedImportJson, undoJson } from '../schemas/import-json.ts'
import { importSchema, listedImportSchema } from '../schemas/imports.ts'
import type { JobGate } from '../job-gate.ts'
import type { JobView } from '../job-view.ts'
import type { Links } from '../links.ts'
import { nextCursorSchema, pageQuery, readPage } from '../paging.ts'
import { sendTicket } from '../job-ticket.ts'
import { courseParams, errors, ticketSchema } from '../schemas/common.ts'

const tags = ['Imports']
const PERFORMANCE_BOOK = tagged(JSON.stringify(PERFORMANCE_BOOK_SCHEMA, null, 2))

interface ImportsRoutesOptions {
  access: Pick<Access, 'mayUseCourseOf'>
  config: Pick<Config, 'IMPORT_MAX_BYTES' | 'stagingFolder'>
  gate: Pick<JobGate, 'openForFiles' | 'openForImports'>
  imports: Imports
  jobView: JobView
  links: Links
  undos: Undos
  /** Room on the disk for what is being uploaded. */
  room: UploadRoom
}

export const importsRoutes: FastifyPluginAsyncTypebox<ImportsRoutesOptions> = async (
  app,
  { access, config, gate, imports, jobView, links, room, undos }
) => {
  await acceptForms(app, config.IMPORT_MAX_BYTES)

  const upload = {
    tags,
    description:
      'A form (multipart/form-data) with `file`, and optionally ' +
      `\`format\` (${IMPORT_FORMATS.join(', ')}), ` + '`time_zone`, `dates` (`mdy` or ' +
      '`dmy`: the order of dates such as 8/15/2026), `sheet` (of an Excel workbook), `dry_run`, `strict`, ' +
      '`allow_removals`, `allow_skips`, `allow_new_people`, `map` (a column map as JSON: which columns of ' +
      'a table are what).',
    consumes: ['multipart/form-data'],
    response: { 202: ticketSchema, ...errors(400, 401, 403, 404, 409, 413, 415, 429, 503, 507) },
  }
  /** Runs before any of the upload is read. */
  const checkWaiting = async (request: FastifyRequest) => {
    await imports.checkWaiting(principalOf(request).userId)
  }

  app.post('/api/imports', {
    config: { access: { who: 'admin', scope: 'admin', audit: 'import.request' } },
    onRequest: [() => gate.openForImports(), checkWaiting],
    schema: {
      ...upload,
      summary: 'Import a roster, a document or a grade book (administrator)',
      description:
        `${upload.description} Administrators may also send \`course\`, \`teacher\`, \`allow_erased\`.`,
    },
  }, async (request, reply) => {
    return await take(request, reply, [...FIELDS, 'allow_erased', 'course', 'teacher'], {})
  })

  app.post('/api/courses/:course_id/imports', {
    config: { access: { who: 'course', scope: 'import', audit: 'import.request' } },
    onRequest: [(request: FastifyRequest) => gate.openForFiles(courseOf(request).id), checkWaiting],
    schema: {
      ...upload,
      params: courseParams,
      summary: 'Import into one course',
      description:
        `${upload.description} It changes tasks, categories, scores and the named students of this course. ` +
        'Rows about accounts, teachers, classes or other courses are left out, with the warning `left_out`.',
    },
  }, async (request, reply) => {
    const course = courseOf(request)
    return await take(request, reply, FIELDS, { onlyCourseId: course.id, course: course.source_id })
  })

  const listed = {
    200: Type.Object({ imports: Type.Array(listedImportSchema), next_cursor: nextCursorSchema }),
  }
  const querystring = Type.Object(pageQuery({ limit: 20, most: 100 }))

  app.get('/api/imports', {
    config: { access: { who: 'admin', scope: 'admin' } },
    schema: {
      tags,
      summary: 'All imports, newest first, as long as their jobs are kept (administrator)',
      querystring,
      response: { ...listed, ...errors(400, 401, 403) },
    },
  }, async (request) => await list(request, request.query))

  app.get('/api/courses/:course_id/imports', {
    config: { access: { who: 'course', scope: 'import' } },
    schema: {
      tags,
      summary: 'Imports into one course by its teachers, newest first',
      params: courseParams,
      querystring,
      response: { ...listed, ...errors(400, 401, 403, 404) },
    },
  }, async (request) => await list(request, request.query, courseOf(request).id))

  app.get('/api/imports/:job_id', {
    config: { access: { who: 'job', scope: 'read' } },
    schema: {
      tags,
      summary: 'An import: its job, and what it did or what is wrong',
      params: Type.Object({ job_id: Type.String() }),
      response: { 200: importSchema, ...errors(401, 403, 404) },
    },
  }, async (request) => {
    const job = importOf(request)
    const states = await undos.states([job])
    return { ...await jobView.one(request, job), ...importJson(job), ...undoJson(states.get(job.id)) }
  })

  app.post('/api/imports/:job_id/undo', {
    config: { access: { who: 'job', scope: 'import', audit: 'import.undo' } },
    // An empty body is an undo for all courses.
    preValidation: async (request) => {
      request.body ??= {} as never
    },
    // Only people who may undo it learn whether it is possible.
    preHandler: async (request) => {
      const job = importOf(request)
      const isOfCourse = importPayload(job).choices.onlyCourseId !== undefined
      const mayUndo = principalOf(request).role === 'admin' ||
        (isOfCourse && await access.mayUseCourseOf(principalOf(request), job))
      if (!mayUndo) throw new DomainError('NOT_A_TEACHER')
    },
    schema: {
      tags,
      summary: 'Undo an import: its courses become what they were before it',
      description:
        'For an administrator, or a teacher of the course if a teacher imported it. A later import of a ' +
        'course is in the way of that course: 409 UNDO_CONFLICT names it. What teachers set since then is ' +
        'kept. A course that the import made is deleted; if it has an export, it stays without ' +
        'people and tasks.',
      params: Type.Object({ job_id: Type.String() }),
      body: Type.Object({
        courses: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }), {
          minItems: 1, maxItems: 10_000, description: 'Ids of courses. Default: all of the import',
        })),
        skip_conflicts: Type.Optional(Type.Boolean({
          description: 'Skips courses that later imports changed, unless they changed all of them. ' +
            'Default: false',
        })),
      }, { additionalProperties: false }),
      response: { 202: ticketSchema, ...errors(400, 401, 403, 404, 409, 503) },
    },
  }, async (request, reply) => {
    const principal = principalOf(request)
    const ticket = await undos.request({
      job: importOf(request),
      courses: request.body.courses,
      skipsConflicts: request.body.skip_conflicts,
      userId: principal.userId,
      via: principal.credential.kind,
      requestedBy: displayName(principal),
    })
    return await sendTicket(reply, links, ticket)
  })

  app.get('/api/import-templates/:format', {
    config: { access: { who: 'staff', scope: 'read' } },
    schema: {
      tags,
      summary: 'A file of a format with two example students',
      params: Type.Object({ format: Type.Union(IMPORT_FORMATS.map((one) => Type.Literal(one))) }),
      response: {
        200: {
          description: 'The file: text, or a zip of the files of a roster',
          content: { '*/*': { schema: Type.Unsafe<Buffer>({ type: 'string', format: 'binary' }) } },
        },
        ...errors(400, 401, 403),
      },
    },
  }, async (request, reply) => {
    const { filename, contentType, bytes } = await importTemplate(request.params.format)
    return await reply.type(contentType)
      .header('content-disposition', `attachment; filename="${filename}"`)
      .send(bytes)
  })

  app.get('/api/schemas/performance-book-1.json', {
    config: { access: { who: 'public' } },
    schema: {
      tags,
      summary: 'The JSON Schema of performance-book/1 documents',
      security: [],
      response: {
        200: Type.Object({}, { additionalProperties: true, description: 'JSON Schema 2020-12' }),
        304: Type.Null(),
      },
    },
  }, async (request, reply) => sendTagged(request, reply, PERFORMANCE_BOOK))

  async function list (
    request: FastifyRequest,
    query: { limit: number, cursor?: string },
    courseId?: number
  ) {
    const { rows, nextCursor } = await readPage(query, (part) => imports.list({ courseId, ...part }))
    const states = await undos.states(rows)
    return {
      imports: await Promise.all(rows.map(async (row) => ({
        ...await jobView.listed(request, row),
        ...listedImportJson(row),
        ...undoJson(states.get(row.id)),
      }))),
      next_cursor: nextCursor,
    }
  }

  async function take (
    request: FastifyRequest,
    reply: FastifyReply,
    optional: string[],
    fixed: Partial<ImportChoices>
  ): Promise<FastifyReply> {
    const principal = principalOf(request)
    const rules = {
      stagingFolder: config.stagingFolder,
      room,
      userId: principal.userId,
      maxBytes: config.IMPORT_MAX_BYTES,
      types: ['*/*'],
      checksContent: false,
      fields: [],
      optional,
      longFields: { map: MAP_BYTES_MAX },
    }
    const ticket = await withUpload(request, rules, ({ staged, filename, fields }) => {
      const choices = { ...choicesOf(fields), ...fixed }
      request.audited = { isPreview: choices.dryRun }
      return imports.request({
        staged,
        filename,
        choices,
        userId: principal.userId,
        via: principal.credential.kind,
        requestedBy: displayName(principal),
      })
    })
    return await sendTicket(reply, links, ticket)
  }
}

function importOf (request: FastifyRequest): JobRow {
  const job = jobOf(request)
  if (job.kind !== IMPORT_KIND) throw new DomainError('JOB_NOT_FOUND')
  return job
}
