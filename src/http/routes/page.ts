import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import { programFile } from '../../program-files.ts'

interface PageOptions {
  /** The path prefix of the public address: empty, or for example `/perfbook`. */
  publicPath: string
  /** The folder of the built page. The default is where `npm ci` builds it. */
  folder?: string
}

/**
 * Allows scripts, styles, images and requests of this origin only, nothing inline, and no frames. This is
 * exactly the header of every other response: see `src/http/security-headers.ts`.
 */
const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join(';')

/**
 * Serves the page at `/`. Its addresses are relative, so it works behind a path prefix. If the page has not
 * been built, the log says so, and a plain page says how to build it.
 */
export const pageRoutes: FastifyPluginAsync<PageOptions> = async (
  app,
  { publicPath, folder = programFile('dist/page') }
) => {
  const isBuilt = existsSync(join(folder, 'index.html'))
  if (!isBuilt) {
    app.log.warn(
      'The page is not built. Run "npm run build:page" to build it. The API works without it. ' +
        `Folder: ${folder}`
    )
  }

  const headers = {
    'content-security-policy': POLICY,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
  }
  const options = { config: { access: { who: 'public' } }, schema: { hide: true } } as const
  app.get('/', options, async (request, reply) => {
    // Read for each request: it is small, and the page may have been built again.
    const html = isBuilt ? await readFile(join(folder, 'index.html'), 'utf8') : NOT_BUILT
    return await reply.headers(headers).type('text/html; charset=utf-8').send(html)
  })
  // Without the final slash, the page's relative addresses would lose the prefix.
  if (publicPath !== '') {
    app.get(publicPath, options, async (request, reply) =>
      await reply.redirect(`${publicPath}/`, 308))
  }

  if (!isBuilt) return
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    index: false,
    preCompressed: true,
    // A file's name changes with its content.
    immutable: true,
    // Both would come from the time of its installation, which differs between nodes.
    etag: false,
    lastModified: false,
    maxAge: '365d',
    setHeaders (reply) {
      reply.header('x-content-type-options', 'nosniff')
    },
  })
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Perfbook</title>
</head>
<body>
<h1>Perfbook</h1>
<p>The service is running, but its page was not built. In the project's folder, run <code>npm ci</code> with
development packages, or <code>npm run build:page</code>. Then start the service again.</p>
<p>The API works without the page. See <a href="api/docs">api/docs</a>, or
<a href="api/openapi.json">api/openapi.json</a> for OpenAPI.</p>
</body>
</html>
`
