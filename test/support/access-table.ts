// The table of routes in docs/security.md, made from the routes themselves: `npm run docs:access`.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import type { RegisteredRoute } from '../../src/http/access/route-access.ts'
import { createServices } from '../../src/services.ts'

export const SECURITY_FILE = join(import.meta.dirname, '../../docs/security.md')
const BEGIN = '<!-- routes: made by `npm run docs:access` -->'
const END = '<!-- end of routes -->'

/** The table with the routes of a service, between its marks. */
export function accessTable (routes: readonly RegisteredRoute[]): string {
  const rows = routes.filter(({ method }) => method !== 'HEAD').map(({ method, url, access }) => {
    const { who, scope = '–', audit, auditRead } = access
    return `| \`${method} ${url}\` | ${who} | ${scope} | ${audit ?? auditRead ?? '–'} |`
  })
  const head = ['| route | who | scope | recorded as |', '| --- | --- | --- | --- |']
  return [BEGIN, '', ...head, ...rows, '', END].join('\n')
}

/** A text whose table shows these routes. Throws if it has no marks. */
export function withAccessTable (text: string, routes: readonly RegisteredRoute[]): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (begin === -1 || end === -1) throw new Error(`${SECURITY_FILE} lacks the marks of the table of routes`)
  return text.slice(0, begin) + accessTable(routes) + text.slice(end + END.length)
}

async function updateFile (): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'perfbook-docs-'))
  const services = await createServices({
    config: readConfig({ DATA_DIR: folder }),
    log: { info () {}, warn () {}, error () {} },
  })
  const { server, routes } = await createApp(services, false)
  await server.ready()
  await writeFile(SECURITY_FILE, withAccessTable(await readFile(SECURITY_FILE, 'utf8'), routes))
  await server.close()
  await services.close(0)
  await rm(folder, { recursive: true })
}

if (import.meta.main) await updateFile()
