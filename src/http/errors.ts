// The one place where an error becomes a response.
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isBusy, isDiskFailure, isDiskFull, isUnavailable } from '../../db/failures.ts'
import { DomainError, isHttpCode, sentenceOf, statusOf, type HttpErrorCode } from '../errors.ts'
import { boundMessage } from '../short-text.ts'
import { validationMessage } from './schemas/validation.ts'

/** The one shape of an error response. */
interface ErrorBody {
  statusCode: number
  code: string
  error: string
  message: string
}

export function errorBody (code: HttpErrorCode, message: string = sentenceOf(code)): ErrorBody {
  const statusCode = statusOf(code)
  return { statusCode, code, error: STATUS_CODES[statusCode] ?? 'Error', message: boundMessage(message) }
}

/** One shape for every error, Fastify's own and unknown routes included. */
export function handleErrors (app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { code, message, retryAfterSeconds } = translate(error)
    // Anyone can abort an upload, so that must not fill the log with errors.
    if (hasLeft(request)) request.log.info('the client left before its request was complete')
    else if (code === 'INTERNAL_ERROR' || code === 'DISK_FAILED') {
      request.log.error({ err: error }, 'a request failed')
    }
    if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
    return refuse(reply, code, message)
  })
  app.setNotFoundHandler((request, reply) => refuse(reply, 'ROUTE_NOT_FOUND'))
}

/** Whether the connection ended in the middle of the request. */
function hasLeft ({ raw }: FastifyRequest): boolean {
  return raw.destroyed && !raw.complete
}

/** Responds with an error. */
export function refuse (reply: FastifyReply, code: HttpErrorCode, message?: string): FastifyReply {
  return reply.code(statusOf(code)).type('application/json; charset=utf-8').send(errorBody(code, message))
}

/**
 * Errors that Fastify reports before it knows the route, such as an address that cannot be decoded. Addresses
 * of files never get here: see `readableAddress`.
 */
export function frameworkErrors (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void refuse(
    reply,
    error.code === 'FST_ERR_BAD_URL' || error.code === 'FST_ERR_MAX_PARAM_LENGTH'
      ? 'ROUTE_NOT_FOUND'
      : 'VALIDATION_FAILED'
  )
}

/**
 * Requests that Node refuses before Fastify sees them: not HTTP, or headers that are too large or too slow.
 */
export function clientErrors (error: Error & { code?: string }, socket: Socket): void {
  // The client is gone, or a response is already on its way.
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
  const head = [
    `HTTP/1.1 ${body.statusCode} ${body.error}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(json)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${json}`)
}

/** When a database that did not answer is asked again. */
const RETRY_AFTER_S = 5

interface Answer {
  code: HttpErrorCode
  message?: string | undefined
  retryAfterSeconds?: number | undefined
}

function translate (error: FastifyError): Answer {
  if (error instanceof DomainError) {
    const { code, message, retryAfterSeconds } = error
    // Codes of jobs and of the command line mean nothing to a client.
    return isHttpCode(code) ? { code, message, retryAfterSeconds } : { code: 'INTERNAL_ERROR' }
  }
  if (error.validation !== undefined) {
    return {
      code: 'VALIDATION_FAILED',
      message: validationMessage(error.validation, error.validationContext),
    }
  }
  if (isDiskFull(error)) return { code: 'DISK_LOW' }
  if (isDiskFailure(error)) return { code: 'DISK_FAILED' }
  // What PostgreSQL itself says. Only its errors have a severity.
  if ('severity' in error && (isUnavailable(error) || isBusy(error))) {
    return { code: 'DATABASE_UNAVAILABLE', retryAfterSeconds: RETRY_AFTER_S }
  }
  if (error.code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') {
    return { code: 'VALIDATION_FAILED', message: 'content-length: does not match the length of the body' }
  }
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return { code: 'BODY_TOO_LARGE' }
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return { code: 'UNSUPPORTED_MEDIA_TYPE' }
  const { statusCode = 500, message } = error
  if (statusCode < 400 || statusCode >= 500) return { code: 'INTERNAL_ERROR' }
  if (statusCode === 413) return { code: 'BODY_TOO_LARGE', message }
  return { code: statusCode === 415 ? 'UNSUPPORTED_MEDIA_TYPE' : 'VALIDATION_FAILED', message }
}
