import type { FastifyRequest } from 'fastify'

export interface Links {
  /** The path under which the service is reached from outside; empty, or `/perfbook`. */
  prefix: string
  /** The address of a job, as a path. */
  job: (id: number) => string
  /** The absolute address of a file. */
  file: (request: FastifyRequest, file: { hex: string, filename: string }) => string
}

/** Addresses in answers: under PUBLIC_URL, or else under the origin of the request. */
export function createLinks (publicUrl: string): Links {
  const prefix = publicUrl === '' ? '' : new URL(publicUrl).pathname.replace(/\/$/, '')
  return {
    prefix,
    job: (id) => `${prefix}/api/jobs/${id}`,
    file: (request, { hex, filename }) =>
      `${publicUrl === '' ? `${request.protocol}://${request.host}` : publicUrl}/files/${hex}/${encodeURIComponent(filename)}`,
  }
}
