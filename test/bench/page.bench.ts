// The page in a real browser: `npm run bench:page [-- --data BUNDLE.zip] [--lighthouse]`. Frames while a book
// scrolls, time from a key or click to the next paint, from Export to the file, and what Lighthouse would ask
// first. Two books are made up, 2,292 x 13 and 2,000 x 150; with --data the largest course of a bundle takes
// the place of the first. The peer in the same run is a blank page that scrolls. Nothing is asserted.
// --lighthouse audits with that package where it has been put in (`npm i --no-save lighthouse`).
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sqliteFile } from '../../db/index.ts'
import { chromium, type Browser, type Page } from 'playwright-core'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { importSources } from '../../src/imports/import-sources.ts'
import { createServices } from '../../src/services.ts'
import { buildPage, PAGE_FOLDER } from '../../tools/build-page.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { findWholeChromium, pathOf } from '../support/tools.ts'
import { sampleCourse } from '../page/sample-course.ts'
import { lighthouse } from './page/lighthouse.ts'
import { frames, interactions, toFile, vitals } from './page/measures.ts'

const { values } = parseArgs({
  options: { data: { type: 'string' }, lighthouse: { type: 'boolean', default: false } },
})
const EMAIL = 'admin@example.edu'
const PASSWORD = 'correct horse battery staple'
const DEMO = join(import.meta.dirname, '../../data/sample/physics-1.json')
const DEBUG_PORT = 9333

const print = (line: string) => {
  process.stdout.write(`${line}\n`)
}
const folder = mkdtempSync(join(tmpdir(), 'perfbook-bench-'))
const config = readConfig({ DATA_DIR: folder, MIN_FREE_BYTES: '0' })
await makeBookDatabase(
  config.databaseFile,
  ...(values.data === undefined
    ? [sampleCourse({ name: 'Long', sourceId: 'long', students: 2292, tasks: 13 })]
    : []),
  sampleCourse({ name: 'Wide', sourceId: 'wide', students: 2000, tasks: 150 })
)
for (const source of [DEMO, ...(values.data === undefined ? [] : [values.data])]) await take(source)
await buildPage()
const services = await createServices({ config, log: { info () {}, warn () {}, error () {} } })
const { server } = await createApp(services, false)
const browser = await chromium.launch({
  executablePath: pathOf(findWholeChromium()),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-dev-shm-usage',
    ...(values.lighthouse ? [`--remote-debugging-port=${DEBUG_PORT}`] : []),
  ],
})
try {
  await services.accounts.add({ email: EMAIL, role: 'admin', password: PASSWORD })
  await services.runner.start()
  services.warm()
  await server.listen({ host: '127.0.0.1', port: 0 })
  await measure(browser, `http://127.0.0.1:${(server.server.address() as AddressInfo).port}/`)
} finally {
  await browser.close()
  await server.close()
  await services.close(0)
  rmSync(folder, { recursive: true, force: true })
}

async function measure (browser: Browser, address: string): Promise<void> {
  print(
    `${
      cpus()[0]?.model ?? 'unknown'
    } x ${cpus().length}, Node ${process.version}, Chromium ${browser.version()}`
  )
  const html = readFileSync(join(PAGE_FOLDER, 'index.html'), 'utf8')
  const packed = Array.from(
    html.matchAll(/assets\/[^"]+/g),
    ([name]) => statSync(join(PAGE_FOLDER, `${name}.gz`)).size
  )
  print(`first load, gzip: ${packed.reduce((sum, size) => sum + size, Buffer.byteLength(html))} bytes`)

  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, locale: 'en-US' })
  await page.goto(address)
  await page.getByLabel('Email').waitFor()
  print(`sign-in: ${await vitals(page)}`)
  await page.getByLabel('Email').fill(EMAIL)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: /courses/i }).waitFor()
  const courses = (await services.courses.list({})).map(({ id, name, student_count: students }) => ({
    id,
    name,
    students,
  }))
  const of = (name: string) => courses.find((course) => course.name === name)!
  const long = values.data === undefined
    ? of('Long')
    : courses.filter(({ name }) => name !== 'Wide').toSorted((a, b) => b.students - a.students)[0]!
  const demo = of('Physics I')

  const control = await blank(browser)
  print(`blank page, down:   ${await frames(control, { x: 0, y: 12_000 })}`)
  print(`blank page, across: ${await frames(control, { x: 12_000, y: 0 })}`)
  for (const course of [long, of('Wide')]) {
    await open(page, address, course.id)
    print(`${course.name}, ${course.students} students: ${await vitals(page)}`)
    print(`  down:   ${await frames(page, { x: 0, y: 12_000 })}`)
    print(`  across: ${await frames(page, { x: 12_000, y: 0 })}`)
    await open(page, address, course.id)
    for (const line of await interactions(page)) print(`  ${line}`)
  }
  await open(page, address, demo.id)
  for (const line of await toFile(page, 7)) print(`${demo.name}: ${line}`)
  if (values.lighthouse) {
    for (const url of [address, `${address}#/courses/${demo.id}`]) {
      print(`Lighthouse ${url.replace(address, '/')}: ${await lighthouse(url, DEBUG_PORT)}`)
    }
  }
}

async function take (source: string): Promise<void> {
  const outcome = await importSources([source], {
    database: sqliteFile(config.databaseFile),
    stagingFolder: config.stagingFolder,
    defaultTimeZone: 'Europe/London',
    dryRun: false,
    strict: false,
    allowRemovals: false,
    maxBytes: config.IMPORT_MAX_BYTES,
    now: Date.now,
  })
  if (!outcome.ok) throw new Error(`${source}: ${outcome.errors[0]?.message}`)
}

async function open (page: Page, address: string, courseId: number): Promise<void> {
  await page.goto('about:blank')
  await page.goto(`${address}#/courses/${courseId}`)
  await page.getByText(/^[\d,]+ students(?:, [\d,]+ dropped)? · Course average [\d.]+%$/).waitFor()
}

async function blank (browser: Browser): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } })
  await page.setContent(
    '<div role="grid" style="height:600px;overflow:auto">' +
      '<div style="height:90000px;width:17000px"></div></div>'
  )
  return page
}
