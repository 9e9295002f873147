import type { FastifyRequest } from 'fastify'
import { invitationUrl } from '../accounts/password-links.ts'
import { siteOrigin } from './access/request-origin.ts'

export interface Links {
  /** The path of the service as seen from outside: empty, or for example `/perfbook`. */
  prefix: string
  /** The path of a job. */
  job: (id: number) => string
  /** The absolute address of a path of the service. */
  absolute: (request: FastifyRequest, path: string) => string
  /**
   * The absolute address of the page for a one-time link. The secret follows a `#`, which browsers do not
   * send to servers.
   */
  invitation: (request: FastifyRequest, secret: string) => string
  /** The absolute address of a file. */
  file: (request: FastifyRequest, file: { hex: string, filename: string }) => string
}

/** Addresses in responses. They start with PUBLIC_URL, or else with the origin of the request. */
export function createLinks (publicUrl: string): Links {
  const prefix = publicUrl === '' ? '' : new URL(publicUrl).pathname.replace(/\/$/, '')
  const absolute: Links['absolute'] = (request, path) =>
    `${publicUrl === '' ? siteOrigin(request, publicUrl) : publicUrl}${path}`
  return {
    prefix,
    absolute,
    invitation: (request, secret) => invitationUrl(absolute(request, ''), secret),
    job: (id) => `${prefix}/api/jobs/${id}`,
    file: (request, { hex, filename }) => absolute(request, `/files/${hex}/${encodeURIComponent(filename)}`),
  }
}
