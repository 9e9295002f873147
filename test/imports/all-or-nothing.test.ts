import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import { IMPORTS_LOCK } from '../../db/queries/erased-people.ts'
import {
  bundleTexts,
  createWorld,
  result,
  school,
  showErrors,
  writeFolder,
  writeZip,
} from './bundles.ts'

t.test('one error anywhere and nothing is changed; the first 20 are shown, the rest counted', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  await world.take(tables)
  const before = await world.book()
  tables.users![1]!.givenName = 'Changed'
  for (let i = 0; i < 30; i++) tables.results!.push(result(`bad${i}`, 'li1-p1', 'ann', 'seven'))
  const outcome = await world.import(writeFolder(join(world.folder, 'b'), bundleTexts(tables)))
  t.match(outcome, { ok: false, errorCount: 30 })
  t.equal(outcome.ok ? 0 : outcome.errors.length, 20)
  t.equal(showErrors(outcome)[0], 'results.csv:6: score is "seven", expected a number such as 7.5')
  t.strictSame(await world.book(), before)
  t.strictSame(readdirSync(join(world.folder, 'staging')), [])
})

t.test('progress never goes back, and names its steps', async (t) => {
  const world = await createWorld(t)
  const seen: Array<[number, string]> = []
  await world.take(school(), {
    onProgress: (...step) => {
      seen.push(step)
    },
  })
  t.strictSame(seen.map(([fraction]) => fraction), seen.map(([fraction]) => fraction).sort((a, b) => a - b))
  t.strictSame(seen.at(-1), [1, 'done'])
  t.strictSame([...new Set(seen.map(([, step]) => step))].slice(-4), [
    'reading results.csv',
    'comparing',
    'saving',
    'done',
  ])
})

t.test('a dry run reports and writes nothing', async (t) => {
  const world = await createWorld(t)
  t.match((await world.take(school(), { dryRun: true })).scores, { added: 4 })
  t.strictSame(await world.books(), [])
})

t.test('strict takes warnings as errors', async (t) => {
  const world = await createWorld(t)
  await world.take(school(), { strict: true, dryRun: true })
  const tables = school()
  tables.results!.push(result('again', 'li1-p1', 'ann', 3))
  t.match(await world.refuse(tables, { strict: true }), [
    /^results\.csv:6: A student has several results .*; once; warnings are errors with --strict$/,
  ])
  t.strictSame(await world.books(), [])
})

t.test('several paths are one import with one summary', async (t) => {
  const world = await createWorld(t)
  const { results, lineItems, categories, ...roster } = school()
  const folder = writeFolder(join(world.folder, 'roster'), bundleTexts(roster))
  const zip = await writeZip(
    join(world.folder, 'scores.zip'),
    bundleTexts({ results: results!, lineItems: lineItems!, categories: categories! })
  )
  t.match(await world.import([folder, zip]), { ok: true, summary: { scores: { added: 4 }, warnings: [] } })

  const bad = writeFolder(join(world.folder, 'bad'), {
    'results.csv': 'sourcedId,lineItemSourcedId,studentSourcedId,score\nx,nowhere,ann,1\ny,nowhere,bob,1\n',
  })
  t.match(showErrors(await world.import([folder, zip, bad])), [
    /^bad\/results\.csv:2: .*lineItemSourcedId "nowhere"/,
  ])

  const files = bundleTexts(school())
  writeFolder(join(world.folder, 'loose'), files)
  const loose = Object.keys(files).map((name) => join(world.folder, 'loose', name))
  t.match(await world.import(loose), { ok: true, summary: { scores: { unchanged: 4 }, warnings: [] } })
})

t.test('a reference makes an import only once', async (t) => {
  const world = await createWorld(t)
  const first = await world.take(school(), { reference: 'job 7' })
  t.strictSame(await world.take(school(), { reference: 'job 7' }), first, 'the summary of the first time')
  t.match((await world.take(school(), { reference: 'job 8' })).scores, { unchanged: 4 })
})

t.test('an import that another one overtakes starts again', async (t) => {
  const world = await createWorld(t)
  await world.take(school())
  const tables = school()
  tables.results![0]!.score = 1
  let times = 0
  const rival = () => {
    world.sql("DELETE FROM courses; INSERT INTO imports (applied_at, summary) VALUES (0, '{}')")
    times++
  }
  const summary = await world.take(tables, {
    onProgress (_fraction, step) {
      if (step === 'saving' && times === 0) rival()
    },
  })
  t.match(
    summary,
    { courses: { added: 1 }, scores: { added: 4 } },
    'what is right now, not what was right before'
  )
  t.equal((await world.book()).students[0]!.cells['HW 1'], 'completed 0.1')

  tables.results![0]!.score = 2
  t.match(
    await world.refuse(tables, {
      onProgress (_fraction, step) {
        if (step === 'saving') rival()
      },
    }),
    ['other imports kept changing the database; try again when they have finished']
  )
  t.equal(times, 6)
})

t.test('a course deleted meanwhile is not written to', async (t) => {
  const world = await createWorld(t)
  await world.take(school())
  const tables = school()
  tables.results![0]!.score = 1
  const summary = await world.take(tables, {
    onProgress (_fraction, step) {
      if (step === 'saving') world.sql('DELETE FROM courses WHERE id = 1')
    },
  })
  t.match(summary.courses, { added: 1, updated: 0 })
})

t.test('a lock that is never released', async (t) => {
  const world = await createWorld(t)
  const rival = await openDatabase(world.database)
  await rival.write(async (trx) => {
    await trx.lock(IMPORTS_LOCK)
    t.match(await world.refuse(school(), { lockTimeoutMs: 1 }), [
      /^another program has kept the database locked for 0 seconds; try again/,
    ])
  })
  await rival.close()
  await world.take(school())
})

t.test('aborted: it throws the reason and leaves nothing', async (t) => {
  const world = await createWorld(t)
  const controller = new AbortController()
  const reason = new Error('enough')
  await t.rejects(
    world.take(school(), {
      signal: controller.signal,
      onProgress: () => {
        controller.abort(reason)
      },
    }),
    reason
  )
  t.strictSame(await world.books(), [])
  t.strictSame(readdirSync(join(world.folder, 'staging')), [])
})

t.test('an unknown time zone is an error', async (t) => {
  const world = await createWorld(t)
  t.match(await world.refuse(school(), { timeZone: 'Mars/Olympus' }), [
    '"Mars/Olympus" is not a time zone; expected a name such as Europe/Berlin',
  ])
})
