// docs/deploy/nginx-nodes.conf in the real nginx and docs/deploy/Caddyfile-nodes in the real Caddy, before
// two real nodes, of which one is killed and started again, and the other one is stopped.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { freePort } from '../support/free-port.ts'
import { findCaddy, findNginx, needs, pathOf, type Tool } from '../support/tools.ts'
import { until } from '../support/until.ts'
import { course, needsFleet, PUBLIC_URL, startFleet } from './fleet.ts'

const DEPLOY = join(import.meta.dirname, '../../docs/deploy')
const POLLS = 40
const CLICKS = 20

/** Writes the site for a port and two nodes; gives the program with its arguments. */
type Site = (folder: string, port: number, nodes: readonly string[]) => [tool: Tool, ...args: string[]]

function textOf (name: string, [first = '', second = '']: readonly string[]): string {
  return readFileSync(join(DEPLOY, name), 'utf8').replace('10.0.0.11:3000', first).replace(
    '10.0.0.12:3000', second
  )
}

/** The site as it is documented, but for the ports, and without TLS. */
const nginxSite: Site = (folder, port, nodes) => {
  const site = textOf('nginx-nodes.conf', nodes).replace('listen 443 ssl', `listen 127.0.0.1:${port}`)
    .replace(/^ *ssl_certificate.*\n/gm, '')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) =>
    `${name}_temp_path ${folder}/${name};`
  ).join(' ')
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off; pid ${folder}/pid; error_log /dev/null; events {}
http { access_log off; ${temporary}\n${site}\n}\n`
  )
  return [findNginx(), '-p', folder, '-e', '/dev/null', '-c', file]
}

/** The same. */
const caddySite: Site = (folder, port, nodes) => {
  const site = textOf('Caddyfile-nodes', nodes).replace('school.example {', `http://127.0.0.1:${port} {`)
  const file = join(folder, 'Caddyfile')
  writeFileSync(file, `{\n\tadmin off\n\tlog {\n\t\tlevel ERROR\n\t}\n}\n${site}`)
  return [findCaddy(), 'run', '--config', file, '--adapter', 'caddyfile']
}

for (const [tool, site] of [[findNginx(), nginxSite], [findCaddy(), caddySite]] as const) {
  const { skip } = needs(tool)
  t.test(
    `two nodes behind ${tool.name}`,
    { skip: needsFleet.skip === false ? skip : needsFleet.skip },
    (t) => behind(t, site)
  )
}

async function behind (t: Test, site: Site): Promise<void> {
  const fleet = await startFleet(t, {
    nodes: 0,
    courses: [course('Physics')],
    settings: { PUBLIC_URL: `${PUBLIC_URL}/perfbook`, TRUST_PROXY: '127.0.0.1' },
  })
  // It comes back at its address.
  const PORT = String(await freePort())
  const first = await fleet.start({ name: 'first', settings: { PORT } })
  const second = await fleet.start({ name: 'second', settings: { SHUTDOWN_DRAIN_MS: '3000' } })
  const port = await freePort()
  const folder = join(fleet.folder, 'proxy')
  mkdirSync(folder)
  const [tool, ...args] = site(folder, port, [first, second].map(({ url }) => new URL(url).host))
  const proxy = spawn(pathOf(tool), args, { env: { PATH: process.env.PATH, HOME: folder }, stdio: 'ignore' })
  t.teardown(async () => {
    proxy.kill('SIGTERM')
    if (proxy.exitCode === null) await once(proxy, 'exit')
  })
  const call = (method: string, path: string) =>
    fetch(`http://127.0.0.1:${port}/perfbook${path}`, {
      method, headers: { authorization: `Bearer ${fleet.token}` },
    })
  const poll = async () => {
    const answer = await call('GET', `/api/courses/${fleet.courseIds[0]}/performance/exports`)
    await answer.arrayBuffer()
    return answer.status
  }
  const click = async () => {
    const answer = await call('POST', `/api/courses/${fleet.courseIds[0]}/performance/export`)
    return { status: answer.status, id: (await answer.json() as { id: number }).id }
  }
  const polls = async () => {
    const seen = new Set<number>()
    for (let i = 0; i < POLLS; i++) seen.add(await poll())
    return [...seen]
  }
  await until('the proxy passes requests on', async () => await poll().catch(() => 0) === 200)
  t.strictSame(await polls(), [200])

  first.kill('SIGKILL')
  await first.ended
  t.strictSame(await polls(), [200], 'a node is dead')
  const clicked = await click()
  t.equal(clicked.status, 202)
  fleet.nodesAre([second])
  t.equal(await fleet.settled(clicked.id), 'succeeded')

  // It comes back, and the other one is stopped.
  const again = await fleet.start({ name: first.name, settings: { PORT } })
  await until('the node is ready again', async () =>
    (await fleet.proxy.call('GET', '/readyz', { node: again.url }))?.status === 200)
  // The proxies leave a node out for 5 s after a failure.
  await until('the proxy uses the node that came back', async () => {
    await click()
    return again.stderr().includes('incoming request')
  })
  second.kill('SIGTERM')
  await until('the node is stopping', async () =>
    (await fleet.proxy.call('GET', '/readyz', { node: second.url }))?.status === 503)
  // No proxy sends a POST again on another connection.
  const clicks = new Set<number>()
  for (let i = 0; i < CLICKS; i++) clicks.add((await click()).status)
  t.strictSame([...clicks], [202], 'clicks while a node stops')
  t.strictSame(await polls(), [200], 'a node stops')
  t.match(await second.ended, { status: 0 })
  t.strictSame(await polls(), [200], 'a node is stopped')
  t.equal((await call('GET', '/metrics')).status, 404, 'not for the outside')

  again.kill('SIGKILL')
  await again.ended
  const answer = await call('GET', '/api/courses')
  t.equal(answer.status, 503, 'no node')
  t.ok(answer.headers.get('retry-after'))
}
