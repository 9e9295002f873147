// `perfbook import` with PostgreSQL: the files reach a node that runs jobs, and the command says what it says
// with SQLite.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readConfig } from '../../src/config.ts'
import { createServices, type Services } from '../../src/services.ts'
import { bundleTexts, createWorld, result, school, writeFolder, type World } from '../imports/bundles.ts'
import { perfbook, type CliResult } from '../support/cli.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'
import { databaseEnv } from '../support/test-database.ts'
import { until } from '../support/until.ts'

const QUIET = { info () {}, warn () {}, error () {} }

interface NodeWorld extends World {
  services: Services
  run: (args: string[], options?: Parameters<typeof perfbook>[2]) => Promise<CliResult>
}

async function nodeWorld (t: Test, { runs = true } = {}): Promise<NodeWorld> {
  const world = await createWorld(t, t.testdir(), await testPostgres(t, { mayHaveTables: true }))
  const dataDir = join(world.folder, 'data')
  const env = { ...databaseEnv(world.database), MIN_FREE_BYTES: '0', WORKER_THREADS: '1' }
  const services = await createServices({ config: readConfig({ DATA_DIR: dataDir, ...env }), log: QUIET })
  if (runs) await services.runner.start()
  t.teardown(() => services.close(0))
  return { ...world, services, run: (args, options) => perfbook(dataDir, args, { ...options, env }) }
}

/** Without the lines that name the steps. */
const said = ({ stdout, status }: CliResult) => ({ stdout, status })

t.test('perfbook import by a node', { skip: noPostgres }, (t) => {
  t.test('a folder, several paths and a file: as with SQLite', async (t) => {
    const world = await nodeWorld(t)
    const here = await createWorld(t, join(world.folder, 'here'), {
      engine: 'sqlite', connection: { file: join(world.folder, 'here/data/perfbook.sqlite') },
    })
    const { results, lineItems, categories, ...roster } = school()
    const folder = writeFolder(join(world.folder, 'roster'), bundleTexts(roster))
    // As an unpacked archive may have it: a folder in the folder.
    const scores = join(world.folder, 'scores')
    mkdirSync(scores)
    writeFolder(join(scores, 'inner'), bundleTexts({
      results: results!, lineItems: lineItems!, categories: categories!,
    }))
    const canvas = join(world.folder, 'canvas.csv')
    writeFileSync(canvas, 'Student,ID,SIS User ID,SIS Login ID,Section,HW 9 (1)\n' +
      'Points Possible,,,,,10\n"Lee, Ann",501,0042,,P,5\n')
    const table = join(world.folder, 'table.csv')
    writeFileSync(table, 'Who,Mail,Lab\n"Lee, Ann",ann@example.edu,3\n')
    const map = join(world.folder, 'map.json')
    writeFileSync(map, JSON.stringify({
      columns: [{ column: 'Mail', use: 'email' }, { column: 'Lab', use: 'task', points_possible: 4 }],
    }))
    for (
      const args of [
        ['import', folder, scores, '--json'],
        ['import', folder, scores],
        ['import', canvas, '--course', 'Physics', '--dry-run'],
        ['import', canvas, '--course', 'Physics', '--json'],
        ['import', join(world.folder, 'none.csv'), folder],
        ['import', canvas],
        ['import', table, '--course', 'Physics', '--dry-run'],
        ['import', table, '--course', 'Physics', '--dry-run', '--json'],
        ['import', table, '--course', 'Physics', '--map', map],
        ['import', table, '--course', 'Physics', '--dry-run'],
        ['import', table, '--course', 'Physics', '--json'],
      ]
    ) {
      const byNode = await world.run(args)
      const alone = await perfbook(join(here.folder, 'data'), args, { env: { MIN_FREE_BYTES: '0' } })
      t.strictSame(said(byNode), said(alone), args.join(' '))
    }
    t.strictSame(
      (await world.books()).map(({ students, tasks }) => ({ students, tasks })),
      (await here.books()).map(({ students, tasks }) => ({ students, tasks }))
    )
    t.strictSame(readdirSync(join(world.folder, 'data/staging')), [], 'nothing stays in staging')
    const audit = world.sql("SELECT via, actor_id FROM audit_log WHERE action = 'import.run' ORDER BY id")
    t.strictSame(audit[0], { via: 'command', actor_id: null })
  })

  t.test('errors name file and line, and nothing is changed', async (t) => {
    const world = await nodeWorld(t)
    const tables = school()
    tables.results!.push(result('bad', 'li1-p1', 'ann', 'seven'))
    const failed = await world.run(['import', writeFolder(join(world.folder, 'bad'), bundleTexts(tables))])
    t.match(failed, {
      status: 1, stderr: /results\.csv:6: score is "seven", expected a number[^]*1 error\. Nothing was changed\./,
    })
    t.strictSame(await world.books(), [])
  })

  t.test('stopped while it waits: the job is canceled', async (t) => {
    const world = await nodeWorld(t, { runs: false })
    const controller = new AbortController()
    const folder = writeFolder(join(world.folder, 'roster'), bundleTexts(school()))
    const stopped = world.run(['import', folder], { signal: controller.signal })
    const states = () => world.sql('SELECT state FROM jobs').map((row: { state: string }) => row.state)
    await until('the job is queued', () => states().length > 0)
    controller.abort()
    t.match(await stopped, { stderr: /[Ss]topped/ })
    t.strictSame(states(), ['canceled'])
  })
  t.end()
})
