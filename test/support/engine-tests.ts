// Which test files differ on PostgreSQL and an object store: those that use the database and the storage
// which the run names (`test-database.ts`). The others test functions, or name their databases themselves,
// and do the same in every run.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const CHOOSES = join(import.meta.dirname, 'test-database.ts')
/** What the service does with its database and files. */
const FOLDERS = [
  'accounts', 'audit', 'courses', 'exports', 'files', 'housekeeping', 'http', 'imports', 'jobs',
  'person-data',
]
/** They name their engines, but use a helper that otherwise asks which one to use. */
const NAME_THEIR_OWN = ['on-postgres', 'same-on-both', 'column-map-fuzz', 'grade-book-fuzz']
  .map((name) => `test/imports/${name}.test.ts`)
/** What they test is decided before a database is asked: how a file or a request looks, and what it means. */
const BEFORE_THE_DATABASE = [
  ...['abuse', 'abuse-slow', 'api-docs', 'request-origin', 'security-headers'].map((name) => `http/${name}`),
  ...['files-upload-types', 'fill-in-guess', 'fill-in-hostile'].map((name) => `http/routes/${name}`),
  ...[
    'canvas-forms', 'course-size', 'dialect-cases', 'grade-book-columns', 'grade-book-recognition',
    'grade-books-of-systems', 'guess-map', 'hostile', 'hostile-archives', 'hostile-workbooks', 'long-texts',
    'marks-and-dates', 'moodle-languages', 'oneroster-cases', 'oneroster-values', 'performance-book-errors',
    'system-maps', 'teachers-tables', 'templates', 'workbooks',
  ].map((name) => `imports/${name}`),
].map((name) => `test/${name}.test.ts`)

const known = new Map<string, readonly string[]>()

/** The files of tests that a file imports. */
function importsOf (file: string): readonly string[] {
  const found = known.get(file) ?? Array.from(
    readFileSync(file, 'utf8').matchAll(/(?:from|import) *\(?'(\.[^']+\.ts)'/g),
    ([, path = '']) => join(dirname(file), path)
  ).filter((path) => path.startsWith(join(ROOT, 'test')))
  known.set(file, found)
  return found
}

function reaches (file: string, seen = new Set<string>()): boolean {
  if (file === CHOOSES) return true
  if (seen.has(file)) return false
  seen.add(file)
  return importsOf(file).some((one) => reaches(one, seen))
}

/** Paths from the root of the repository, sorted. */
export function engineTests (): string[] {
  const folders = FOLDERS.map((folder) => join(ROOT, `test/${folder}/**/*.test.ts`))
  // Both engines have steps of their schema.
  return globSync([...folders, join(ROOT, 'test/db/upgrades-export.test.ts')])
    .filter((file) => reaches(file)).map((file) => relative(ROOT, file))
    .filter((file) => ![...NAME_THEIR_OWN, ...BEFORE_THE_DATABASE].includes(file)).sort()
}
