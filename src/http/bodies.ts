import type { FastifyInstance } from 'fastify'
import { DomainError } from '../errors.ts'
import { shorten } from '../short-text.ts'

/**
 * Accepts JSON bodies, and empty bodies of any type: `curl -X POST` sends a form type and no bytes, and some
 * clients send `application/json` and no bytes. The schema of a route says whether it needs a body.
 */
export function acceptBodies (app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) {
      done(null, undefined)
      return
    }
    parseJson(request, body as string, (error, value) => {
      if (error === null) done(null, value)
      else done(invalidJson(error), undefined)
    })
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined)
    else done(new DomainError('UNSUPPORTED_MEDIA_TYPE'), undefined)
  })
}

function invalidJson ({ message }: Error): DomainError {
  return new DomainError('INVALID_JSON', { detail: `The body is not valid JSON: ${shorten(message, 200)}` })
}
