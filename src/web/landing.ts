import type { FastifyPluginAsync } from 'fastify'

/** What is here, for whoever opens the address in a browser. */
export const landingPage: FastifyPluginAsync = async (app) => {
  app.get('/', { schema: { hide: true } }, async (request, reply) => {
    return await reply.type('text/html; charset=utf-8').header('content-security-policy', "default-src 'none'").send(PAGE)
  })
}

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Perfbook</title></head>
<body>
<h1>Perfbook</h1>
<p>The performance book of a course, and its export to Excel.</p>
<p>This service is running. Its API is described at <a href="api/docs">api/docs</a> (as data: <a href="api/openapi.json">api/openapi.json</a>).</p>
</body>
</html>
`
