// Files and folders of the project that the documentation names are there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import t from 'tap'

const ROOT = resolve(import.meta.dirname, '../..')
const DOCS = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
const PAGES = ['README.md', 'CONTRIBUTING.md', ...DOCS.map((name) => `docs/${name}`)]

/** Paths in the project's own folders: `src/app.ts`, `db/queries/`. Not those with a placeholder. */
function pathsIn (text: string): string[] {
  const found = text.matchAll(/(?<![\w./-])((?:src|workers|db|tools|test|docs)\/[\w./-]+)([<{*…]?)/g)
  return Array.from(found).flatMap(([, path = '', next]) => next === '' ? [path.replace(/[.-]+$/, '')] : [])
}

/** Targets of links to files: `[jobs](jobs.md#retries)`. */
function linksIn (text: string): string[] {
  return Array.from(text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g), ([, path = '']) => path)
}

t.test('paths are found', async (t) => {
  t.strictSame(pathsIn('`src/app.ts`, workers/workbook/, https://a.example/src/x.ts, `db/queries/NAME-<x>.ts`'), [
    'src/app.ts',
    'workers/workbook/',
  ])
  t.ok(pathsIn(readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')).length > 10)
})

for (const page of PAGES) {
  t.test(page, async (t) => {
    const text = readFileSync(join(ROOT, page), 'utf8')
    t.strictSame(pathsIn(text).filter((path) => !existsSync(join(ROOT, path))), [], 'paths')
    t.strictSame(linksIn(text).filter((path) => !existsSync(join(ROOT, dirname(page), path))), [], 'links')
  })
}
