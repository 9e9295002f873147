// The API documentation in a real browser: it shows, has its style, and the site's policy has nothing to
// refuse.
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { openPage, startPage } from './page-browser.ts'

/** A proxy that passes on what is below a path, without that path; closed with the test. */
async function proxyBelow (t: Test, path: string, address: () => string): Promise<string> {
  const proxy = createServer((incoming, outgoing) => {
    const { method, headers, url = '' } = incoming
    if (!url.startsWith(`${path}/`)) {
      outgoing.writeHead(404).end()
      return
    }
    const passed = request(`${address()}${url.slice(path.length)}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => { outgoing.destroy() })
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve)
  })
  t.teardown(() =>
    new Promise((resolve) => {
      proxy.close(resolve)
      proxy.closeAllConnections()
    })
  )
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
}

for (const prefix of ['', '/books']) {
  t.test(`the API documentation below "${prefix}/" shows without a complaint of the browser`, async (t) => {
    let direct = ''
    const site = await proxyBelow(t, prefix, () => direct)
    const service = await startPage(t, { settings: { PUBLIC_URL: `${site}${prefix}` } })
    direct = service.address
    const { page, problems } = await openPage(t, site)
    const messages: string[] = []
    page.on('console', (message) => {
      messages.push(message.text())
    })
    const failed: string[] = []
    page.on('response', (response) => {
      if (response.status() >= 400) failed.push(response.url())
    })
    for (const path of ['/api/docs', '/api/docs/']) {
      await page.goto(`${site}${prefix}${path}`, { waitUntil: 'networkidle' })
      t.equal(page.url(), `${site}${prefix}/api/docs`)
      t.equal(await page.evaluate('document.styleSheets[0].cssRules.length > 0'), true, 'it has its style')
    }
    t.strictSame({ messages, failed, problems }, { messages: [], failed: [], problems: [] })
  })
}
