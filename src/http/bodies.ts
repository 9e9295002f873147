import type { FastifyInstance } from 'fastify'
import { DomainError } from '../errors.ts'
import { shorten } from '../short-text.ts'

/**
 * JSON bodies, and empty ones of whatever type they claim to be: `curl -X POST` sends a form type with no
 * bytes, some clients send `application/json` with none. Where a route needs a body its schema says so.
 */
export function acceptBodies (app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined)
    else {
      parseJson(request, body as string, (error, value) => {
        if (error === null) done(null, value)
        else {
          done(
            new DomainError('INVALID_JSON', {
              detail: `The body is not valid JSON: ${shorten(error.message, 200)}`,
            }),
            undefined
          )
        }
      })
    }
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined)
    else done(new DomainError('UNSUPPORTED_MEDIA_TYPE'), undefined)
  })
}
