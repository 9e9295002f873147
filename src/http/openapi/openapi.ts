import { STATUS_CODES } from 'node:http'
import type { FastifySchema } from 'fastify'
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { VERSION } from '../../version.ts'
import { errorSchema } from '../schemas/common.ts'
import { sessionCookieName } from '../cookies/session-cookie.ts'

/** Statuses that any request may get, and any request that may have a body. */
const ALWAYS = [500, 503]
const WITH_BODY = [400, 413, 415]

/**
 * The published contract: OpenAPI 3.1, generated from the schemas of the routes. `prefix` is PUBLIC_URL's
 * path.
 */
export function openApi (prefix: string, publicUrl: string): FastifyDynamicSwaggerOptions {
  const cookie = sessionCookieName({ isHttps: publicUrl.startsWith('https:'), prefix })
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Perfbook',
        version: VERSION,
        description: 'The performance book of a course, and its export to Excel.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          cookie: { type: 'apiKey', in: 'cookie', name: cookie },
        },
      },
      security: [{ bearer: [] }, { cookie: [] }],
      ...(prefix === '' ? {} : { servers: [{ url: prefix }] }),
    },
    // A route without a schema has none here either.
    transform: ({ schema = {} as FastifySchema, url, route }) => {
      if (schema.hide === true) return { schema, url }
      const hasBody = ['POST', 'PATCH', 'PUT', 'DELETE'].includes(String(route.method))
      const response = { ...schema.response as Record<string, object> | undefined }
      for (const status of [...ALWAYS, ...hasBody ? WITH_BODY : []]) response[status] ??= errorSchema
      // Without a description, the plugin would call every response "Default Response".
      for (const [status, one] of Object.entries(response)) {
        response[status] = { description: STATUS_CODES[status] ?? status, ...one }
      }
      return { schema: { ...schema, response }, url }
    },
  }
}
