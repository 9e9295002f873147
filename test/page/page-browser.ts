// The page in a real browser, on the real service behind a real socket. Whatever the page asks of another
// origin, and whatever the browser complains of (a breach of the policy, an error in a script), is collected
// for the test to look at.
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core'
import tap, { type Test } from 'tap'
import { buildPage, PAGE_FOLDER } from '../../tools/build-page.ts'
import type { CourseDescription } from '../support/book-database.ts'
import {
  startTestService,
  TEACHER,
  type TestService,
  type TestServiceOptions,
} from '../support/test-service.ts'
import { findChromium, pathOf } from '../support/tools.ts'

export const PASSWORD = 'correct horse battery staple'
/** For a machine that does much else at once; nothing waits so long where something works. */
const PATIENCE_MS = 60_000
const ARTIFACTS = join(import.meta.dirname, '../../artifacts/page')
const SOURCE = join(import.meta.dirname, '../../src/page')
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const SCHEMES = ['light', 'dark'] as const

// A browser takes its time on a busy machine.
tap.setTimeout(600_000)

export interface OpenPage {
  page: Page
  context: BrowserContext
  /** What the browser complained of. */
  problems: string[]
}

export interface PageService extends TestService {
  address: string
  /** A browser of its own, as another person or another machine has. */
  open: (options?: BrowserContextOptions) => Promise<OpenPage>
}

/**
 * Starts the service on a free port, with a teacher of all its courses who has a password, and a browser. The
 * service ends with the test.
 */
export async function startPage (
  t: Test,
  { courses = [], ...options }: TestServiceOptions = {}
): Promise<PageService> {
  await builtPage()
  const service = await startTestService(t, {
    ...options,
    courses: courses.map((course): CourseDescription => ({
      teachers: [{ email: TEACHER, firstName: 'Jo', lastName: 'Teacher' }],
      ...course,
    })),
  })
  await service.services.accounts.add({ email: TEACHER, role: 'teacher', password: PASSWORD })
  const server = service.server.server
  await service.server.listen({ host: '127.0.0.1', port: 0 })
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { ...service, address, open: (contextOptions) => openPage(t, address, contextOptions) }
}

/** A browser of its own for the page at an address; closed with the test. */
export async function openPage (
  t: Test,
  address: string,
  options: BrowserContextOptions = {}
): Promise<OpenPage> {
  const context = await (await launch()).newContext({
    locale: 'en-US',
    timezoneId: 'America/New_York',
    viewport: { width: 1280, height: 860 },
    reducedMotion: 'reduce',
    ...options,
  })
  // A request to another origin is a problem.
  const problems: string[] = []
  context.on('request', (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith('blob:')) {
      problems.push(`asked ${request.url()}`)
    }
  })
  context.setDefaultTimeout(PATIENCE_MS)
  t.teardown(() => context.close())
  const page = await context.newPage()
  page.on('pageerror', (error) => {
    problems.push(String(error))
  })
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) {
      problems.push(message.text())
    }
  })
  return { page, context, problems }
}

let launched: Promise<Browser> | undefined

/** One for a file of tests, closed after the last of them. */
async function launch (): Promise<Browser> {
  return await (launched ??= chromium.launch({
    executablePath: pathOf(findChromium()),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  }))
}
tap.teardown(async () => {
  await (await launched)?.close()
})

/** Through the form, as a person does. */
export async function signIn (page: Page, address: string, email = TEACHER): Promise<void> {
  await page.goto(address)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: /courses/i }).waitFor()
}

/**
 * Rules of WCAG 2.2 AA and good practice that the view breaks, with the elements that do; contrast in light
 * and in dark.
 */
export async function accessibilityProblems (page: Page): Promise<string[]> {
  // The policy forbids a script in the page; the protocol's own evaluation is not the page's.
  const isLoaded = await page.evaluate("'axe' in globalThis")
  if (isLoaded !== true) await page.evaluate(await readFile(AXE, 'utf8'))
  const problems: string[] = []
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme })
    const runOnly = colorScheme === 'light'
      ? { type: 'tag', values: RULES }
      : { type: 'rule', values: ['color-contrast'] }
    // It would also describe each element that passed, which takes longer than the checks.
    const options = JSON.stringify({ runOnly, resultTypes: ['violations'] })
    const { violations } = await page.evaluate(`axe.run(document, ${options})`) as {
      violations: Array<{ id: string, nodes: Array<{ html: string, failureSummary: string }> }>,
    }
    problems.push(
      ...violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) =>
          `${colorScheme}, ${id}: ${html.slice(0, 200)} ${failureSummary}`
        )
      )
    )
  }
  await page.emulateMedia({ colorScheme: null })
  return problems
}

/**
 * With PAGE_PICTURES=1, pictures of the view in light and dark for people to look at, in `artifacts/page/`
 * (not in git).
 */
export async function screenshot (page: Page, name: string): Promise<void> {
  if (process.env.PAGE_PICTURES !== '1') return
  mkdirSync(ARTIFACTS, { recursive: true })
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: join(ARTIFACTS, `${name}-${colorScheme}.png`) })
  }
  await page.emulateMedia({ colorScheme: null })
}

/** A view in light and in dark: axe-core finds nothing. Also takes pictures, see `screenshot`. */
export async function lookAt (t: Test, page: Page, name: string): Promise<void> {
  t.strictSame(await accessibilityProblems(page), [], name)
  await screenshot(page, name)
}

/**
 * Builds the page where sources have changed since, in development; after `npm ci` they have not. Before a
 * server starts.
 */
export async function builtPage (): Promise<void> {
  const built = statSync(join(PAGE_FOLDER, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (
    readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).some((name) =>
      statSync(join(SOURCE, name)).mtimeMs > built
    )
  ) await buildPage()
}
