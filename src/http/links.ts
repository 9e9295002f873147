import type { FastifyRequest } from 'fastify'
import { invitationUrl } from '../accounts/password-links.ts'
import { siteOrigin } from './access/request-origin.ts'

export interface Links {
  /** The path under which the service is reached from outside; empty, or `/perfbook`. */
  prefix: string
  /** The address of a job, as a path. */
  job: (id: number) => string
  /** The absolute address of a path of the service. */
  absolute: (request: FastifyRequest, path: string) => string
  /**
   * The absolute address of the page where a one-time link is taken. The secret stands behind `#`, which no
   * browser sends to any server.
   */
  invitation: (request: FastifyRequest, secret: string) => string
  /** The absolute address of a file. */
  file: (request: FastifyRequest, file: { hex: string, filename: string }) => string
}

/** Addresses in answers: under PUBLIC_URL, or else under the origin of the request. */
export function createLinks (publicUrl: string): Links {
  const prefix = publicUrl === '' ? '' : new URL(publicUrl).pathname.replace(/\/$/, '')
  const absolute: Links['absolute'] = (
    request,
    path
  ) => `${publicUrl === '' ? siteOrigin(request, publicUrl) : publicUrl}${path}`
  return {
    prefix,
    absolute,
    invitation: (request, secret) => invitationUrl(absolute(request, ''), secret),
    job: (id) => `${prefix}/api/jobs/${id}`,
    file: (request, { hex, filename }) => absolute(request, `/files/${hex}/${encodeURIComponent(filename)}`),
  }
}
