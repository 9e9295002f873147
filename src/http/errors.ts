import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isDiskFull } from '../../db/failures.ts'
import { errorBody, HTTP_ERRORS, ServiceError, type HttpErrorCode } from '../errors.ts'
import { validationMessage } from './schemas/validation.ts'

/** One shape for every error, Fastify's own and unknown routes included. */
export function handleErrors (app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { code, message, retryAfter } = translate(error)
    // Anyone can break off uploads, so that alone must not fill the log with errors.
    if (hasLeft(request)) request.log.info('the client left before its request was complete')
    else if (code === 'INTERNAL_ERROR') request.log.error({ err: error }, 'a request failed')
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter))
    return refuse(reply, code, message)
  })
  app.setNotFoundHandler((request, reply) => refuse(reply, 'ROUTE_NOT_FOUND'))
}

/** Whether the connection ended in the middle of the request. */
function hasLeft ({ raw }: FastifyRequest): boolean {
  return raw.destroyed && !raw.complete
}

/** Answers with an error. */
export function refuse (reply: FastifyReply, code: HttpErrorCode, message?: string): FastifyReply {
  return reply.code(HTTP_ERRORS[code][0]).type('application/json; charset=utf-8').send(
    errorBody(code, message)
  )
}

/**
 * What Fastify calls before it has a route: an address that cannot be decoded, and the like (not of files:
 * see `readableAddress`).
 */
export function frameworkErrors (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void refuse(
    reply,
    error.code === 'FST_ERR_BAD_URL' || error.code === 'FST_ERR_MAX_PARAM_LENGTH'
      ? 'ROUTE_NOT_FOUND'
      : 'VALIDATION_FAILED'
  )
}

/** What Node refuses before Fastify sees it: no HTTP, headers that are too large or too slow. */
export function clientErrors (error: Error & { code?: string }, socket: Socket): void {
  // The client has gone, or an answer is on its way already.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy()
    return
  }
  const code = error.code === 'HPE_HEADER_OVERFLOW'
    ? 'HEADERS_TOO_LARGE'
    : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? 'REQUEST_TIMEOUT'
      : 'VALIDATION_FAILED'
  const body = errorBody(code, code === 'VALIDATION_FAILED' ? 'This is not a valid HTTP request.' : undefined)
  const json = JSON.stringify(body)
  socket.end(
    `HTTP/1.1 ${body.statusCode} ${body.error}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${
      Buffer.byteLength(json)
    }\r\nConnection: close\r\n\r\n${json}`
  )
}

function translate (
  error: FastifyError
): { code: HttpErrorCode, message?: string | undefined, retryAfter?: number | undefined } {
  if (error instanceof ServiceError) {
    return { code: error.code, message: error.message, retryAfter: error.retryAfter }
  }
  if (error.validation !== undefined) {
    return {
      code: 'VALIDATION_FAILED',
      message: validationMessage(error.validation, error.validationContext),
    }
  }
  if (isDiskFull(error)) return { code: 'DISK_LOW' }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return { code: 'BODY_TOO_LARGE' }
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return { code: 'UNSUPPORTED_MEDIA_TYPE' }
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return { code: 'VALIDATION_FAILED', message: 'content-length: is not the length of the body' }
  }
  const statusCode = error.statusCode ?? 500
  if (statusCode >= 400 && statusCode < 500) {
    return {
      code: statusCode === 413
        ? 'BODY_TOO_LARGE'
        : statusCode === 415
          ? 'UNSUPPORTED_MEDIA_TYPE'
          : 'VALIDATION_FAILED',
      message: error.message,
    }
  }
  return { code: 'INTERNAL_ERROR' }
}
