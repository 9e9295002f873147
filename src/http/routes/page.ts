import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import { programFile } from '../../program-files.ts'

export interface PageOptions {
  /** The path under which the service is reached from outside; empty, or `/perfbook`. */
  publicPath: string
  /** The built page; default: where `npm ci` puts it. */
  folder?: string
}

/**
 * Scripts, styles, pictures and requests of this origin only; nothing inline; in no frame. The same header,
 * to the letter, as every other response has: see `src/http/security-headers.ts`.
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
 * The page for people, at `/`. Its addresses are relative, so it works behind a path prefix. Where it was not
 * built the log says so, and a plain page says how to build it.
 */
export const pageRoutes: FastifyPluginAsync<PageOptions> = async (
  app,
  { publicPath, folder = programFile('dist/page') }
) => {
  const isBuilt = existsSync(join(folder, 'index.html'))
  if (!isBuilt) {
    app.log.warn(
      `The page is not built: "npm run build:page" makes it. The API works without. Looked in ${folder}`
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
    // Read each time: it is small, and may have been built anew meanwhile.
    const html = isBuilt ? await readFile(join(folder, 'index.html'), 'utf8') : NOT_BUILT
    return await reply.headers(headers).type('text/html; charset=utf-8').send(html)
  })
  // Without its slash at the end the page's relative addresses would miss the prefix.
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
    // A name changes with its content.
    immutable: true,
    maxAge: '365d',
    setHeaders (reply) {
      reply.header('x-content-type-options', 'nosniff')
    },
  })
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Perfbook</title></head>
<body>
<h1>Perfbook</h1>
<p>This service is running, but its page was not built. In the project's folder, run <code>npm ci</code> (with development packages) or <code>npm run build:page</code>, then start the service again.</p>
<p>The API works without the page. It is described at <a href="api/docs">api/docs</a> (as data: <a href="api/openapi.json">api/openapi.json</a>).</p>
</body>
</html>
`
