import type { FastifyInstance } from 'fastify'
import '@fastify/swagger'
import type { RouteAccess } from '../access/route-access.ts'
import { API_DOCS_ICON, API_DOCS_STYLE, apiDocsPage, type Contract } from './api-docs-page.ts'
import type { Links } from '../links.ts'

/**
 * Publishes the contract as data and as a page: for everyone, for teachers and administrators (`staff`), or
 * not at all (`off`). The setting is `API_DOCS`.
 */
export async function publishContract (
  server: FastifyInstance,
  links: Pick<Links, 'absolute'>,
  audience: 'public' | 'staff' | 'off'
): Promise<void> {
  if (audience === 'off') return
  await server.register(async (app) => {
    const access: RouteAccess = { who: audience === 'staff' ? 'staff' : 'public' }
    const options = { config: { access }, schema: { hide: true } }
    let last: { address: string, page: string } | undefined
    app.get('/api/openapi.json', options, async () => server.swagger())
    app.get('/api/docs', options, async (request, reply) => {
      const address = links.absolute(request, '')
      if (last?.address !== address) {
        last = { address, page: apiDocsPage(server.swagger() as unknown as Contract, address) }
      }
      return await reply.type('text/html; charset=utf-8').send(last.page)
    })
    app.get('/api/docs/', options, async (request, reply) => await reply.redirect('../docs', 308))
    app.get(
      '/api/docs/style.css',
      options,
      async (request, reply) => await reply.type('text/css; charset=utf-8').send(API_DOCS_STYLE)
    )
    app.get(
      '/api/docs/icon.svg',
      options,
      async (request, reply) => await reply.type('image/svg+xml').send(API_DOCS_ICON)
    )
  })
}
