// The page behind a path prefix, as a school's web server may put it: one proxy keeps the path, the other
// takes it off.
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { findChromium, needs } from '../support/tools.ts'
import { openPage, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'

const PREFIX = '/perfbook'

/** A proxy on a free port; what lies outside the prefix is not the service's and fails. */
async function startProxy (
  t: Test,
  { strips }: { strips: boolean }
): Promise<{ address: string, target: (address: string) => void }> {
  let to = ''
  const proxy = createServer((asked, answer) => {
    const path = asked.url!
    if (path !== PREFIX && !path.startsWith(PREFIX)) {
      answer.writeHead(404).end()
      return
    }
    const passed = request(`${to}${strips ? path.slice(PREFIX.length) || '/' : path}`, {
      method: asked.method,
      headers: asked.headers,
    }, (given) => {
      answer.writeHead(given.statusCode!, given.headers)
      given.pipe(answer)
    })
    passed.on('error', () => {
      answer.destroy()
    })
    answer.on('close', () => {
      passed.destroy()
    })
    asked.pipe(passed)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => {
    proxy.once('listening', resolve)
  })
  t.teardown(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  return {
    address: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${PREFIX}`,
    target: (address) => {
      to = address
    },
  }
}

for (const strips of [false, true]) {
  t.test(
    `from sign-in to the file behind a proxy that ${strips ? 'takes the prefix off' : 'keeps the path'}`,
    needs(findChromium()),
    async (t) => {
      const proxy = await startProxy(t, { strips })
      const { address } = await startPage(t, {
        courses: [sampleCourse()],
        settings: { PUBLIC_URL: proxy.address },
      })
      proxy.target(address)
      const { page, problems, context } = await openPage(t, proxy.address)
      await signIn(page, strips ? `${proxy.address}/` : proxy.address)
      t.equal(page.url().split('#')[0], `${proxy.address}/`)
      await page.getByRole('link', { name: /Physics I/ }).click()
      await page.getByRole('grid').waitFor()
      const file = page.waitForEvent('download')
      await page.getByRole('button', { name: 'Export to Excel' }).click()
      t.ok((await file).url().startsWith(`${proxy.address}/files/`))
      t.equal((await context.cookies())[0]?.path, PREFIX)
      await page.reload()
      await page.getByRole('button', { name: 'History' }).click()
      await page.getByText('Up to date', { exact: true }).waitFor()
      t.strictSame(problems, [])
    }
  )
}
