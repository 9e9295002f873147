// Screenshots of every view at three widths, light and dark, in English and Spanish, and PDFs of the printed
// views, for people to look at. `npm run pictures [-- --only NAME,… --languages es --widths 390]` writes them
// to `artifacts/page/views/` (not in git), with contact sheets if ImageMagick is installed. Asserts nothing.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Browser, type Page } from 'playwright-core'
import { sqliteFile } from '../../db/index.ts'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { importSources } from '../../src/imports/import-sources.ts'
import { createServices } from '../../src/services.ts'
import { buildPage } from '../../tools/build-page.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { findChromium, pathOf } from '../support/tools.ts'
import { picturesOf, type Pictured } from './pictured-views.ts'
import { sampleCourse } from './sample-course.ts'

const SCHEMES = ['light', 'dark'] as const
const FOLDER = join(import.meta.dirname, '../../artifacts/page/views')
const SAMPLES = join(import.meta.dirname, '../../data/sample')
const PASSWORD = 'correct horse battery staple'
const TEACHER = 'elena.marquez@example.edu'
const ADMIN = 'admin@example.edu'
const QUIET = { info () {}, warn () {}, error () {} }

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    languages: { type: 'string', default: 'en,es' },
    widths: { type: 'string', default: '390,1366,1920' },
  },
})
const only = values.only?.split(',')
const folder = mkdtempSync(join(tmpdir(), 'perfbook-pictures-'))
const config = readConfig({ DATA_DIR: folder, MIN_FREE_BYTES: '0' })
const database = sqliteFile(config.databaseFile)
await makeBookDatabase(
  config.databaseFile,
  sampleCourse({
    name: 'Biology',
    sourceId: 'biology',
    teachers: [{ email: TEACHER, firstName: 'Elena', lastName: 'Márquez' }],
  }),
  sampleCourse({
    name: 'Chemistry II',
    sourceId: 'empty',
    students: 0,
    tasks: 0,
    teachers: [{ email: TEACHER, firstName: 'Elena', lastName: 'Márquez' }],
  })
)
for (const source of ['open-university-oneroster-1.1.zip', 'physics-1.json']) {
  await importSources([join(SAMPLES, source)], {
    database,
    stagingFolder: config.stagingFolder,
    defaultTimeZone: 'Europe/London',
    dryRun: false,
    strict: false,
    allowRemovals: false,
    maxBytes: config.IMPORT_MAX_BYTES,
    now: Date.now,
  })
}
await buildPage()
const services = await createServices({ config, log: QUIET, mayUpgrade: true })
const { server } = await createApp(services, false)
await services.runner.start()
await server.listen({ host: '127.0.0.1', port: 0 })
const address = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`
const setupLink = await services.setup.createLink()
await services.accounts.add({ email: TEACHER, role: 'teacher', password: PASSWORD })
const browser = await chromium.launch({
  executablePath: pathOf(findChromium()),
  args: ['--no-sandbox', '--disable-gpu'],
})
const taken = new Map<string, string[]>()
try {
  mkdirSync(FOLDER, { recursive: true })
  for (const language of values.languages.split(',')) {
    for (const width of values.widths.split(',').map(Number)) await takeAll(browser, language, width)
  }
  for (const [sheet, files] of taken) contactSheet(sheet, files)
} finally {
  await browser.close()
  await server.close()
  await services.close(0)
  rmSync(folder, { recursive: true, force: true })
}

async function takeAll (browser: Browser, language: string, width: number): Promise<void> {
  const context = await browser.newContext({
    locale: language === 'es' ? 'es-MX' : 'en-US',
    timezoneId: 'America/New_York',
    viewport: { width, height: width < 500 ? 844 : width < 1500 ? 850 : 1080 },
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') process.stdout.write(`  console: ${message.text()}\n`)
  })
  const views = picturesOf({
    page,
    address,
    language: language === 'es' ? 'es' : 'en',
    services,
    setupSecret: setupLink?.secret ?? '',
    teacher: TEACHER,
    admin: ADMIN,
    password: PASSWORD,
  })
  for (const { name, show, isWhole, isPaper } of views) {
    const isWanted = only === undefined || only.some((one) => name.startsWith(one))
    // A sign-in is a step on the way to other views.
    if (!isWanted && !name.startsWith('as-')) continue
    try {
      await show()
      await page.waitForLoadState('networkidle')
      if (isWanted) await take(page, { name, isWhole, isPaper }, language, width)
    } catch (error) {
      const reason = String(error).split('\n').slice(0, 6).join(' | ')
      process.stdout.write(`${name} ${language} ${width}: ${reason}\n`)
    }
  }
  await context.close()
}

async function take (
  page: Page,
  { name, isWhole = true, isPaper = false }: Pick<Pictured, 'name' | 'isWhole' | 'isPaper'>,
  language: string,
  width: number
): Promise<void> {
  if (isPaper) {
    if (width !== 1366) return
    const file = join(FOLDER, `${name}-${language}.pdf`)
    writeFileSync(file, await page.pdf({ preferCSSPageSize: true, printBackground: true }))
    return
  }
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme })
    const file = join(FOLDER, `${name}-${language}-${width}-${colorScheme}.png`)
    await page.screenshot({ path: file, fullPage: isWhole })
    const sheet = `${width}-${language}-${colorScheme}`
    taken.set(sheet, [...taken.get(sheet) ?? [], file])
  }
  await page.emulateMedia({ colorScheme: null })
}

/** As many pictures on each sheet as stay legible; a long view is cut into several. */
function contactSheet (name: string, files: string[]): void {
  const [columns, rows, cut] = name.startsWith('390')
    ? [4, 1, '390x1560']
    : name.startsWith('1366') ? [2, 3, '1366x900'] : [2, 3, '1920x1270']
  const parts = mkdtempSync(join(folder, 'parts-'))
  execFileSync('convert', [...files, '-crop', cut, '+repage', join(parts, '%04d.png')])
  const slices = readdirSync(parts).toSorted().map((file) => join(parts, file))
  for (let i = 0; i < slices.length; i += columns * rows) {
    execFileSync('montage', [
      ...slices.slice(i, i + columns * rows),
      '-tile', `${columns}x`,
      '-geometry', columns === 4 ? '268x1072>+2+2' : '540x355>+3+3',
      '-gravity', 'north',
      '-background', '#888',
      join(FOLDER, `sheet-${name}-${String(i / columns / rows + 1).padStart(2, '0')}.png`),
    ])
  }
}
