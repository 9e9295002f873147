// The layers of the project, read from the imports themselves: an import points down, or stays in its own
// layer and folder, and never closes a circle. CONTRIBUTING.md draws the plan.
import t from 'tap'
import { circlesIn, importsIn, importsOf, sourceFiles, sourceText, type Import } from './support/imports.ts'

/** Features may use these others, in addition to `jobs`, `files` and `db`. */
const FEATURES: Record<string, readonly string[]> = {
  accounts: ['nodes'],
  audit: [],
  backup: [],
  copy: [],
  courses: [],
  doctor: ['snapshots'],
  exports: ['courses', 'snapshots'],
  'fill-in': [],
  housekeeping: [],
  imports: ['courses', 'person-data'],
  metrics: ['exports'],
  nodes: [],
  'person-data': ['courses', 'exports', 'fill-in', 'imports', 'snapshots'],
  snapshots: ['courses'],
  'synthetic-roster': [],
}
/** From top to bottom. A layer may import from the layers below it. */
const LAYERS = [
  ['src/http', 'src/cli', 'src/page', 'workers', 'tools'],
  Object.keys(FEATURES).map((name) => `src/${name}`),
  ['src/jobs', 'src/files'],
  ['db'],
]
/** Wire all parts together, so they may import everything. */
const WIRING = ['src/main.ts', 'src/app.ts', 'src/services.ts', 'src/job-kinds.ts', 'src/binary/start.ts']
/** Every layer may import these; they import only each other. */
const BASE = [
  'src/compile-cache.ts',
  'src/config.ts',
  'src/counted.ts',
  'src/csv-row.ts',
  'src/database-settings.ts',
  'src/durable-folder.ts',
  'src/errors.ts',
  'src/file-location.ts',
  'src/iso-time.ts',
  'src/log.ts',
  'src/message-templates.ts',
  'src/person-name.ts',
  'src/program-files.ts',
  'src/refusals.ts',
  'src/setting-values.ts',
  'src/settings.ts',
  'src/short-text.ts',
  'src/version.ts',
]
/** The only imports between entry points, and from entry points to the wiring. */
const ENTRY_POINTS: ReadonlyArray<{ from: RegExp, to: RegExp, why: string }> = [
  { from: /^src\/cli\//, to: /^src\/services\.ts$/, why: 'a command puts the services together' },
  { from: /^src\/cli\/program\/run-service\.ts$/, to: /^src\/app\.ts$/, why: '`serve` starts the HTTP service' },
  { from: /^src\/cli\/(export|fill-in)\.ts$/, to: /^workers\//, why: 'runs the task on its own thread' },
  { from: /^tools\//, to: /^src\//, why: 'builds and describes the program' },
]
/** Places of code that depends on an engine, where a second engine will have its place. */
const ENGINES: ReadonlyArray<{ place: string, packages: RegExp, users: RegExp }> = [
  {
    place: 'db/sqlite/',
    packages: /^better-sqlite3(\/|$)/,
    // Backups, the check of a data folder and its lock are about SQLite and a folder by definition; an
    // import's scratch database is SQLite whatever the service uses, so every thread loads its addon.
    users:
      /^(db\/(index|(migrations|queries|staging|postgres\/staging)\/.+)|src\/(backup|copy|doctor|imports|cli)\/.+|workers\/tasks)\.ts$/,
  },
  {
    place: 'db/postgres/',
    packages: /^(pg|pg-copy-streams)(\/|$)/,
    // A copy is about PostgreSQL by definition, as the check of a server is.
    users:
      /^(db\/(index|database|staging\/open-staging)|src\/(database-settings|jobs\/delivery\/pg-boss-queues|(copy|doctor)\/.+|cli\/copy))\.ts$/,
  },
  {
    place: 'src/files/storage/disk.ts',
    packages: /^@aws-sdk\//,
    // A restore writes into a data folder, and a copy reads one.
    users: /^src\/(backup\/restore|cli\/copy)\.ts$/,
  },
  {
    place: 'src/files/storage/s3',
    packages: /^@aws-sdk\//,
    users: /^src\/(files\/storage\/location|copy\/copy-objects)\.ts$/,
  },
  {
    place: 'src/files/storage/location.ts',
    packages: /^@aws-sdk\//,
    users: /^(src\/services\.ts|src\/(copy|doctor)\/.+|src\/cli\/(backup|copy)\.ts|workers\/housekeeping\.ts)$/,
  },
  { place: 'src/jobs/delivery/', packages: /^pg-boss(\/|$)/, users: /^src\/(services\.ts|jobs\/.+)$/ },
]

const files = ['src', 'workers', 'db', 'tools'].flatMap(sourceFiles)
const imports = files.flatMap(importsOf)

const layerOf = (file: string): number =>
  LAYERS.findIndex((folders) => folders.some((folder) => file.startsWith(`${folder}/`)))
const isOurs = (file: string): boolean => /^(src|workers|db|tools)\//.test(file)
const featureOf = (file: string): string | undefined => {
  const [, name = ''] = /^src\/([^/]+)\//.exec(file) ?? []
  return Object.hasOwn(FEATURES, name) ? name : undefined
}
const shown = (found: readonly Import[]): string[] => found.map(({ from, to }) => `${from} -> ${to}`)

t.test('imports are read whole: over several lines, of types, and from .tsx files', async (t) => {
  const text = `import {
    one,
    two,
  } from './two.ts'
  import type { Three } from './three.ts'
  import { type Four } from './four.ts'
  export { five } from './five.ts'
  const six = await import('./six.ts')
  type Seven = import('./seven.ts').Seven
  // import { eight } from './eight.ts'
  const nine = "import { nine } from './nine.ts'"`
  t.strictSame(importsIn('src/one.ts', text), [
    { from: 'src/one.ts', to: 'src/two.ts', typeOnly: false },
    { from: 'src/one.ts', to: 'src/three.ts', typeOnly: true },
    { from: 'src/one.ts', to: 'src/four.ts', typeOnly: true },
    { from: 'src/one.ts', to: 'src/five.ts', typeOnly: false },
    { from: 'src/one.ts', to: 'src/six.ts', typeOnly: false },
    { from: 'src/one.ts', to: 'src/seven.ts', typeOnly: true },
  ])
  t.ok(imports.some(({ from, to }) => from === 'src/services.ts' && to === 'db/index.ts'))
  t.ok(imports.some(({ from, to }) => from === 'src/page/course.tsx' && to.startsWith('src/page/')))
})

t.test('every file has a place in the plan', async (t) => {
  const homeless = files.filter((file) =>
    layerOf(file) === -1 && ![...WIRING, ...BASE].includes(file) && !file.startsWith('src/binary/')
  )
  t.strictSame(homeless, [])
})

t.test('no circles', async (t) => {
  const edge = (from: string, to: string): Import => ({ from, to, typeOnly: true })
  t.strictSame(circlesIn([edge('a', 'b'), edge('b', 'c'), edge('c', 'b')]), ['b -> c -> b'])
  t.strictSame(circlesIn(imports), [])
})

t.test('imports point down', async (t) => {
  const climbing = imports.filter(({ from, to }) => {
    if (!isOurs(to) || BASE.includes(to)) return false
    if (WIRING.includes(from) || from.startsWith('src/binary/')) return false
    // Which time zones there are is for the course's clock to say.
    if (from === 'src/config.ts' && to === 'src/courses/course-time.ts') return false
    // What an address of a database means is for the database to say.
    if (from === 'src/database-settings.ts' && to === 'db/postgres/address.ts') return false
    if (/^src\/(config|database-settings)\.ts$/.test(from) && to === 'db/index.ts') return false
    if (BASE.includes(from)) return true
    if (ENTRY_POINTS.some((one) => one.from.test(from) && one.to.test(to))) return false
    return layerOf(to) === -1 || layerOf(to) < layerOf(from)
  })
  t.strictSame(shown(climbing), [])
})

t.test('entry points do not use each other', async (t) => {
  const crossing = imports.filter(({ from, to, typeOnly }) => {
    if (layerOf(from) !== 0 || layerOf(to) !== 0) return false
    if (from.split('/', 2).join() === to.split('/', 2).join()) return false
    if (/^workers\//.test(from) && /^workers\//.test(to)) return false
    if (/^tools\//.test(from) && /^tools\//.test(to)) return false
    // The page takes its types from the schemas of the API.
    if (from.startsWith('src/page/') && to.startsWith('src/http/') && typeOnly) return false
    return !ENTRY_POINTS.some((one) => one.from.test(from) && one.to.test(to))
  })
  t.strictSame(shown(crossing), [])
})

t.test('features know only the features that are listed', async (t) => {
  const crossing = imports.filter(({ from, to }) => {
    const here = featureOf(from)
    const there = featureOf(to)
    if (here === undefined || there === undefined || here === there) return false
    return FEATURES[here]?.includes(there) !== true
  })
  t.strictSame(shown(crossing), [])
})

t.test('jobs and files do not know each other', async (t) => {
  const crossing = imports.filter(({ from, to }) =>
    (from.startsWith('src/jobs/') && to.startsWith('src/files/')) ||
    (from.startsWith('src/files/') && to.startsWith('src/jobs/'))
  )
  t.strictSame(shown(crossing), [])
})

t.test('the HTTP layer asks features, not the database', async (t) => {
  const asking = imports.filter(({ from, to }) => from.startsWith('src/http/') && to.startsWith('db/'))
    // The one place that turns errors into responses must know a full disk from a bug.
    .filter(({ from, to }) => !(from === 'src/http/errors.ts' && to === 'db/failures.ts'))
  t.strictSame(shown(asking), [])
})

t.test('what depends on an engine has one place, and few users', async (t) => {
  t.strictSame(
    shown(imports.filter(({ from, to }) => /^kysely(\/|$)/.test(to) && !from.startsWith('db/'))),
    [],
    'only db/ knows Kysely'
  )
  for (const { place, packages, users } of ENGINES) {
    const folder = place.replace(/[^/]+\.ts$/, '')
    t.ok(files.some((file) => file.startsWith(place)), `${place} is there`)
    t.strictSame(
      shown(imports.filter(({ from, to }) => packages.test(to) && !from.startsWith(folder))),
      [],
      `packages of ${place}`
    )
    t.strictSame(
      shown(imports.filter(({ from, to }) =>
        to.startsWith(place) && !from.startsWith(folder) && !users.test(from)
      )),
      [],
      `users of ${place}`
    )
  }
})

t.test('threads load no schemas of requests', async (t) => {
  // TypeBox has hundreds of modules. A thread would take almost half again as long for its first export.
  const next = Map.groupBy(imports.filter(({ typeOnly }) => !typeOnly), ({ from }) => from)
  const loaded = new Set(['workers/tasks.ts'])
  for (const file of loaded) for (const { to } of next.get(file) ?? []) loaded.add(to)
  t.ok(loaded.has('workers/performance-export.ts'), 'the tasks were followed')
  t.strictSame([...loaded].filter((name) => /^(typebox|fastify|@fastify)/.test(name)), [])
})

t.test('the product does not need the tools', async (t) => {
  const needing = imports.filter(({ from, to }) => to.startsWith('tools/') && !from.startsWith('tools/'))
  t.strictSame(shown(needing), [])
})

t.test('only main.ts touches the process, and the start of the single binary', async (t) => {
  const touching = ['src', 'workers', 'db'].flatMap(sourceFiles).filter((file) =>
    !['src/main.ts', 'src/binary/start.ts'].includes(file) &&
    /(?<![\w.])process\.(env|argv|exit|exitCode|stdin|stdout|stderr|on|pid|kill)\b/.test(sourceText(file))
  )
  t.strictSame(touching, [])
})
