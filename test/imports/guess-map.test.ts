// The columns of tables in no known format, as they are guessed in a dry run.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { readColumnMap } from '../../src/imports/column-maps/read-map.ts'
import { createWorld, type World } from './bundles.ts'
import { fuzzRuns } from './fuzz-runs.ts'

async function guessOf (world: World, text: string) {
  const file = join(world.folder, 'g.csv')
  writeFileSync(file, text)
  const outcome = await world.import(file, { course: 'Physics', dryRun: true })
  if (outcome.ok) throw new Error('The table is in a known format.')
  return outcome.guess
}

/** `column: use points`, without what is left out. */
async function shown (world: World, text: string) {
  const { map } = (await guessOf(world, text))!
  return [map.header_row, map.points_row, ...map.columns.map(({ column, use, points_possible: points }) =>
    `${column}: ${use}${points === undefined ? '' : ` ${points}`}`)]
}

t.test('a table is guessed, refused, and imported with the guess', async (t) => {
  const world = await createWorld(t)
  const text = 'Student ID,Last Name,First Name,E-mail,Period,HW 1,Quiz (out of 20),Test %,Total,Notes\n' +
    'Points possible,,,,,10,,,,\n' +
    '0042,Lee,Ann,ann@school.example,1,7.5,15,80%,102,late twice\n' +
    '0043,Ng,Bob,bob@school.example,2,EX,16,75%,91,\n'
  t.strictSame(await shown(world, text), [
    1, 2, 'Student ID: student_id', 'Last Name: last_name', 'First Name: first_name', 'E-mail: email',
    'Period: period', 'HW 1: task', 'Quiz (out of 20): task 20', 'Test %: task percent', 'Total: left_out',
    'Notes: left_out',
  ])
  const guess = (await guessOf(world, text))!
  t.strictSame(guess.preview[1], {
    line: 2, cells: ['Points possible', '', '', '', '', '10', '', '', '', ''],
  })
  t.match(guess.map.columns.at(-2), { note: 'it is a total' })
  const file = join(world.folder, 'g.csv')
  t.match(await world.import(file, { course: 'Physics' }), {
    ok: false,
    guess: undefined,
    errors: [{ message: /is not in a known format.* all clear.*--map FILE\.json.*--dry-run.*--write-map FILE\.json/ }],
  })
  t.strictSame(await world.books(), [])
  const map = readColumnMap(JSON.stringify(guess.map), 'map')
  t.match(await world.import(file, { course: 'Physics', map }), {
    ok: true, summary: { students: { added: 2 }, tasks: { added: 3 }, scores: { added: 6 } },
  })
  t.match(await world.book(), { tasks: [/HW 1.*10/, /Quiz.*20/, /Test.*100/] })
})

t.test('titles above the header, other languages, names by their values', async (t) => {
  const world = await createWorld(t)
  const german = 'Physik 9b;;;\nFrau Lee;;;\n\nName;Vorname;Aufsatz;Gesamt\nOrtiz;Cyd;7,5;8\n'
  t.strictSame(await shown(world, german), [
    4, null, 'Name: last_name', 'Vorname: first_name', 'Aufsatz: task null', 'Gesamt: left_out',
  ])
  t.strictSame(await shown(world, '#,Who,Lab\n1,"Lee, Ann",3\n2,"Ng, Bob",4\n'), [
    1, null, '#: left_out', 'Who: name', 'Lab: task null',
  ])
  t.strictSame(await shown(world, 'Name,HW,HW\nAnn Lee,3,4\n'), [
    1, null, 'Name: name', 'B: task null', 'C: task null',
  ], 'a header that is there twice')
  t.strictSame(await shown(world, 'Estudiante,Nota\nAna Ruiz,85\n'), [
    1, null, 'Estudiante: name', 'Nota: task null',
  ], 'the only numbers are taken, whatever their header is')
  t.equal(await guessOf(world, 'Dear all\nthe scores are attached\n'), undefined, 'no table')
})

t.test('any table has a guess that can be read, and that fits the result of a job', async (t) => {
  const world = await createWorld(t)
  const cell = fc.oneof(
    fc.constantFrom(
      '', 'Name', 'Student ID', '7.5', '80%', 'EX', 'Total', 'Points', 'a@b.example', 'X', 'HW 1 (9/8/2026)',
      'Due', '2026-09-08', '9/20/2026', 'Homework', 'Max: 8', 'Lab [10 pts] Sep 8, 2026'
    ),
    fc.string({ maxLength: 12 }).map((text) => text.replace(/["\0]/g, ''))
  )
  const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 12 })
  await fc.assert(fc.asyncProperty(table, async (rows) => {
    const text = rows.map((row) => row.map((one) => `"${one}"`).join(',')).join('\n')
    const file = join(world.folder, 'g.csv')
    writeFileSync(file, text)
    const outcome = await world.import(file, { course: 'Physics', dryRun: true })
    if (outcome.ok || outcome.guess === undefined || outcome.guess.map.columns.length === 0) return
    readColumnMap(JSON.stringify(outcome.guess.map), 'map')
  }), { seed: 20261127, numRuns: fuzzRuns(60) })
  const wide = Array.from({ length: 9000 }, (_, n) => `\x01\x02${n}${'\x03'.repeat(80)}`)
  const guess = await guessOf(world, `Name,${wide.join(',')}\nAnn Lee${',1'.repeat(9000)}\n`)
  t.ok(JSON.stringify(guess).length < 120_000, 'a table of 9,000 columns of control characters')
})
