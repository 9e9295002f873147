// Bundles and documents cut off, shuffled and mutated by a seed: whatever comes in, either all of it is
// imported or nothing, and an error says where it is. Bounded, so that it stays quick.
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { openDatabase, type Database } from '../../db/index.ts'
import { TEST_ENGINE } from '../support/test-database.ts'
import { bundleTexts, createWorld, school, writeFolder, writeZip, type World } from './bundles.ts'
import { fuzzRuns } from './fuzz-runs.ts'
import { seededRandom } from './seeded-random.ts'

const SEED = 20260302
/** A third on PostgreSQL: what is read is the same there. */
const runsHere = (usual: number) => Math.ceil(fuzzRuns(usual) / (TEST_ENGINE === 'sqlite' ? 1 : 3))

const SPICE = [
  '"',
  ',',
  '\n',
  '\r\n',
  '\0',
  '\ufeff',
  ';',
  '',
  ' ',
  'tobedeleted',
  'delta',
  '9'.repeat(400),
  '-1',
  '1e999',
  '2026-02-30',
  'p1',
  'ann',
  '{',
  '}',
  '[',
  'null',
  '\\ud800',
  '😀',
  '=1+1',
  '__proto__',
  'é'.repeat(50),
]

type Files = Record<string, Buffer>

function mutate (files: Files, next: () => number): Files {
  const pick = <T>(things: T[]) => things[Math.floor(next() * things.length)]!
  const result = { ...files }
  for (let n = 1 + Math.floor(next() * 3); n > 0; n--) {
    const name = pick(Object.keys(result))
    const bytes = result[name]!
    const at = Math.floor(next() * (bytes.length + 1))
    const lines = bytes.toString('latin1').split('\n')
    const line = Math.floor(next() * lines.length)
    switch (Math.floor(next() * 9)) {
      case 0:
        result[name] = bytes.subarray(0, at)
        break
      case 1:
        result[name] = Buffer.concat([bytes.subarray(0, at), Buffer.from(pick(SPICE)), bytes.subarray(at)])
        break
      case 2:
        result[name] = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + Math.floor(next() * 8))])
        break
      case 3: {
        const copy = Buffer.from(bytes)
        if (at < copy.length) copy[at] = Math.floor(next() * 256)
        result[name] = copy
        break
      }
      case 4:
        lines.splice(line, 1)
        result[name] = Buffer.from(lines.join('\n'), 'latin1')
        break
      case 5:
        lines.splice(Math.floor(next() * lines.length), 0, lines[line]!)
        result[name] = Buffer.from(lines.join('\n'), 'latin1')
        break
      case 6: {
        const fields = lines[line]!.split(',')
        fields[Math.floor(next() * fields.length)] = pick(SPICE)
        lines[line] = fields.join(',')
        result[name] = Buffer.from(lines.join('\n'), 'latin1')
        break
      }
      case 7:
        result[name] = result[pick(Object.keys(result))]!
        break
      default:
        if (Object.keys(result).length > 1) delete result[name]
    }
  }
  return result
}

const TABLES = [
  'courses',
  'periods',
  'categories',
  'tasks',
  'task_sources',
  'students',
  'student_scores',
  'course_teachers',
  'roster_records',
  'student_result_origins',
  'imports',
] as const

/** Everything that an import may write, as one value. */
async function contents ({ reads }: Database): Promise<string> {
  const hash = createHash('sha256')
  for (const table of TABLES) {
    const { rows } = await sql`SELECT * FROM ${sql.table(table)} ORDER BY 1, 2`.execute(reads)
    hash.update(JSON.stringify(rows))
  }
  return hash.digest('hex')
}

async function fuzz (
  t: Test,
  runs: number,
  files: Files,
  write: (files: Files) => Promise<string>,
  world: World,
  mayHaveNoPlace: RegExp
): Promise<{ accepted: number, refused: number }> {
  const tally = { accepted: 0, refused: 0 }
  const db = await openDatabase(world.database)
  t.teardown(() => db.close())
  for (let run = 0; run < runs; run++) {
    const path = await write(mutate(files, seededRandom(SEED + run)))
    const before = await contents(db)
    const options = { allowRemovals: run % 2 === 0, strict: run % 5 === 0 }
    const outcome = await world.import(path, options)
    if (outcome.ok) {
      tally.accepted++
      const again = await world.import(path, { ...options, strict: false, allowRemovals: true, dryRun: true })
      if (!again.ok) t.fail(`run ${run}: the same import again fails`, { again })
      else {
        for (const part of ['courses', 'periods', 'students', 'tasks', 'scores'] as const) {
          const { added, updated, removed } = again.summary[part]
          if (added + updated + removed > 0) {
            t.fail(`run ${run}: the same import again changes ${part}`, { again: again.summary })
          }
        }
      }
      for (const { totals, sourceId } of await world.books()) {
        if (JSON.stringify(totals.stored) !== JSON.stringify(totals.computed)) {
          t.fail(`run ${run}: control totals of ${sourceId} are wrong`, totals)
        }
      }
      continue
    }
    tally.refused++
    if (await contents(db) !== before) t.fail(`run ${run}: refused, and yet something changed`)
    if (outcome.errorCount < 1 || outcome.errors.length !== Math.min(20, outcome.errorCount)) {
      t.fail(`run ${run}: errors are miscounted`)
    }
    for (const error of outcome.errors) {
      const hasPlace = error.file !== null && (error.line !== null || error.path !== null)
      if (!hasPlace && !mayHaveNoPlace.test(`${error.file ?? ''}: ${error.message}`)) {
        t.fail(`run ${run}: an error without a place`, { error })
      }
    }
  }
  return tally
}

t.test('bundles in folders', async (t) => {
  const world = await createWorld(t)
  await world.take(school())
  const files = Object.fromEntries(
    Object.entries(bundleTexts(school())).map(([name, text]) => [name, Buffer.from(text)])
  )
  let n = 0
  const write = async (changed: Files) => writeFolder(join(world.folder, `fuzz-${n++}`), changed)
  // What is wrong with a folder as a whole has no line.
  const mayHaveNoPlace =
    /is not in a known format|is not listed in manifest|^fuzz-\d+: There is no manifest\.csv; .*--strict$/
  const runs = runsHere(120)
  const tally = await fuzz(t, runs, files, write, world, mayHaveNoPlace)
  const isMixed = tally.accepted > runs / 12 && tally.refused > runs / 3
  t.ok(isMixed, `some are taken, more are not: ${JSON.stringify(tally)}`)
  t.strictSame(readdirSync(join(world.folder, 'staging')), [])
})

t.test('archives', async (t) => {
  const world = await createWorld(t)
  const whole = readFileSync(await writeZip(join(world.folder, 'whole.zip'), bundleTexts(school())))
  const write = async ({ zip }: Files) => {
    const file = join(world.folder, 'fuzz.zip')
    writeFileSync(file, zip!)
    return file
  }
  const runs = runsHere(60)
  const tally = await fuzz(
    t,
    runs,
    { zip: whole },
    write,
    world,
    /archive|no known format|two files named|encrypted|unpacks to|is empty|entries/
  )
  t.ok(tally.refused > runs / 2, JSON.stringify(tally))
})

t.test('documents', async (t) => {
  const world = await createWorld(t)
  const document = readFileSync(join(import.meta.dirname, '../../data/sample/physics-1.json'))
  const small = JSON.parse(document.toString())
  small.results.length = 40
  const write = async ({ json }: Files) => {
    const file = join(world.folder, 'fuzz.json')
    writeFileSync(file, json!)
    return file
  }
  const runs = runsHere(80)
  const tally = await fuzz(
    t,
    runs,
    { json: Buffer.from(JSON.stringify(small, null, 1)) },
    write,
    world,
    /no known format/
  )
  t.ok(tally.refused > runs / 3, JSON.stringify(tally))
})
