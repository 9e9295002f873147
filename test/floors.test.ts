// Imports go down or stay on their floor, in their own folder. Read from the sources themselves.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import t from 'tap'

const ROOT = resolve(import.meta.dirname, '..')

const FEATURES = [
  'accounts', 'audit', 'backup', 'courses', 'doctor', 'exports', 'housekeeping', 'imports', 'metrics', 'person-data',
  'synthetic-roster',
]
/** Higher may import lower. Files in `src/` itself that are not listed wire the others and may see all. */
const FLOORS: Array<{ folder: string, level: number }> = [
  { folder: 'src/http', level: 4 },
  { folder: 'src/cli', level: 4 },
  { folder: 'src/page', level: 4 },
  { folder: 'workers', level: 4 },
  ...FEATURES.map((name) => ({ folder: `src/${name}`, level: 3 })),
  { folder: 'src/jobs', level: 2 },
  { folder: 'src/files', level: 2 },
  { folder: 'db', level: 1 },
]
/** Sees all, since it wires all; whoever may import it gets nothing but types or the finished whole. */
const WIRING = ['src/main.ts', 'src/app.ts', 'src/services.ts']
/** Known by all: they know nobody. */
const GROUND = [
  'src/config.ts',
  'src/settings.ts',
  'src/setting-values.ts',
  'src/errors.ts',
  'src/version.ts',
  'src/short-text.ts',
  'src/iso-time.ts',
  'src/person-name.ts',
  'src/compile-cache.ts',
  'src/program-files.ts',
]
/** Entry points that are wired by another entry point. */
const ALLOWED = [
  // A command that runs the service, or a worker's task in its own thread.
  'src/cli/program/run-service.ts -> src/app.ts',
  'src/cli/export.ts -> workers/performance-export.ts',
]

interface Import {
  from: string
  to: string
  typeOnly: boolean
}

function sources (folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts')).map((name) => join(folder, name))
}

function importsOf (file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const found = text.matchAll(
    /^(?:import|export)\s+(type\s)?(?:[^'"\n]*?from\s+)?['"]([^'"]+)['"]|import\(['"]([^'"]+)['"]\)/gm
  )
  return Array.from(found, (match) => {
    const name = match[2] ?? match[3]!
    return {
      from: file,
      to: name.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), name)) : name,
      typeOnly: match[1] !== undefined,
    }
  })
}

const all = [...sources('src'), ...sources('workers'), ...sources('db')].flatMap(importsOf)
const floorOf = (file: string) => FLOORS.find(({ folder }) => file.startsWith(`${folder}/`))

t.test('the test reads the imports that are there', async (t) => {
  t.ok(all.some(({ from, to }) => from === 'src/services.ts' && to === 'db/index.ts'))
  t.ok(all.some(({ to }) => to === 'kysely'))
})

t.test('only db/ knows Kysely and better-sqlite3', async (t) => {
  const strangers = all.filter(({ from, to }) =>
    /^(kysely|better-sqlite3)(\/|$)/.test(to) && !from.startsWith('db/')
  )
  t.strictSame(strangers.map(({ from }) => from), [])
})

t.test('imports go down or stay on their floor', async (t) => {
  const climbing = all.filter(({ from, to, typeOnly }) => {
    const here = floorOf(from)
    const there = floorOf(to)
    if (here === undefined || GROUND.includes(to) || ALLOWED.includes(`${from} -> ${to}`)) return false
    if (WIRING.includes(to)) return !(here.level === 4 && (typeOnly || from.startsWith('src/cli/')))
    return there !== undefined && there.level > here.level
  })
  t.strictSame(climbing.map(({ from, to }) => `${from} -> ${to}`), [])
})

t.test('HTTP asks features, not the database', async (t) => {
  const known = ['src/http/errors.ts -> db/failures.ts']
  const bypassing = all.filter(({ from, to }) => from.startsWith('src/http/') && to.startsWith('db/'))
  t.strictSame(bypassing.map(({ from, to }) => `${from} -> ${to}`).filter((one) => !known.includes(one)), [])
})

t.test('jobs and files know no feature and not each other', async (t) => {
  const crossing = all.filter(({ from, to }) =>
    (from.startsWith('src/jobs/') && to.startsWith('src/files/')) ||
    (from.startsWith('src/files/') && to.startsWith('src/jobs/'))
  )
  t.strictSame(crossing, [])
})

t.test('entry points do not use each other, but for what is listed', async (t) => {
  const crossing = all.filter(({ from, to, typeOnly }) => {
    const here = floorOf(from)
    const there = floorOf(to)
    return here?.level === 4 && there?.level === 4 && here.folder !== there.folder && !typeOnly &&
      !ALLOWED.includes(`${from} -> ${to}`)
  })
  t.strictSame(crossing.map(({ from, to }) => `${from} -> ${to}`), [])
})

t.test("the ground is known by all and knows nobody but the course's clock", async (t) => {
  const seen = all.filter(({ from, to }) =>
    GROUND.includes(from) && !GROUND.includes(to) &&
    (to.startsWith('src/') || to.startsWith('db/') || to.startsWith('workers/'))
  )
  t.strictSame(seen.map(({ from, to }) => `${from} -> ${to}`), [
    'src/config.ts -> src/courses/course-time.ts',
  ])
})

t.test('only main.ts touches the process, and what starts it in the single binary', async (t) => {
  const touching = [...sources('src'), ...sources('workers'), ...sources('db')]
    .filter((file) =>
      !['src/main.ts', 'src/binary/start.ts'].includes(file) &&
      /(?<![\w.])process\.(env|argv|exit|exitCode|stdin|stdout|stderr|on|pid|kill)\b/.test(
        readFileSync(join(ROOT, file), 'utf8')
      )
    )
  t.strictSame(touching, [])
})
