import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fresh from 'fresh'

/** A strong entity tag of some content. */
function entityTag (content: string | Uint8Array): string {
  return `"${createHash('sha1').update(content).digest('base64url')}"`
}

/** Whether the client has this content already (`If-None-Match`), so that the answer is 304. */
export function isFresh (request: FastifyRequest, etag: string): boolean {
  return request.headers['if-none-match'] !== undefined &&
    fresh({ 'if-none-match': request.headers['if-none-match'] }, { etag })
}

/** Whether an `If-Match` header names exactly this content (strong comparison, RFC 9110, 8.8.3.2). */
export function isSame (header: string, etag: string): boolean {
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim() === etag)
}

/** JSON with its entity tag. */
interface Tagged {
  json: string
  etag: string
}

export const tagged = (json: string): Tagged => ({ json, etag: entityTag(json) })

/** Sends JSON with its entity tag, or 304 to a client that has it already. */
export function sendTagged (
  request: FastifyRequest,
  reply: FastifyReply,
  { json, etag }: Tagged
): FastifyReply {
  reply.header('etag', etag)
  if (isFresh(request, etag)) return reply.code(304).send()
  return sendJson(reply, json)
}

/** Sends text that is JSON already. */
export function sendJson (reply: FastifyReply, json: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(json)
}
