// The choice of columns is remembered for a course: the next table with the same header needs no map.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ColumnMap } from '../../src/imports/column-maps/column-map.ts'
import type { ImportOptions } from '../../src/imports/import-options.ts'
import type { ImportSummary } from '../../src/imports/outcome.ts'
import { showErrors, warningCounts, type World } from './bundles.ts'
import { createUndoWorld, type UndoWorld } from './undo-world.ts'
import { rowsXml, writeWorkbook } from './workbooks.ts'

const HEADER = 'Nr,Wer,Mail,Erste,Zweite'
const TABLE = `${HEADER}\n1,"Lee, Ann",ann@a.example,7,3\n2,"Ng, Bob",bob@a.example,8,4\n`
const map = (points: number, extra: Partial<ColumnMap> = {}): ColumnMap => ({
  ...extra,
  columns: [
    { column: 'Wer', use: 'name' }, { column: 'Mail', use: 'email', note: 'a note' },
    { column: 'Erste', use: 'task', points_possible: points },
  ],
})

function take (world: World, text: string, options: Partial<ImportOptions> = {}, name = 'g.csv') {
  const file = join(world.folder, name)
  writeFileSync(file, text)
  return world.import(file, { course: 'Physik', ...options })
}

async function taken (
  world: World, text: string, options: Partial<ImportOptions> = {}
): Promise<ImportSummary> {
  const outcome = await take(world, text, options)
  if (!outcome.ok) throw new Error(`The import failed: ${showErrors(outcome).join('; ')}`)
  return outcome.summary
}

const origins = ({ column_maps: maps = [] }: ImportSummary) => maps.map(({ origin }) => origin)
const stored = (world: World) =>
  world.sql('SELECT course_id, map FROM column_maps ORDER BY course_id, at, map') as Array<
    { course_id: number, map: string }
  >
const imports = (world: World) => world.sql('SELECT id FROM imports').length
const created = (t: Test): Promise<UndoWorld> => createUndoWorld(t)

t.test('the next table with the same header is read with the map, and the result says so', async (t) => {
  const world = await created(t)
  t.match(showErrors(await take(world, TABLE)), [/is not in a known format/])
  t.strictSame(origins(await taken(world, TABLE, { map: map(10) })), ['given'])
  t.strictSame(stored(world).map((row) => JSON.parse(row.map)), [{
    columns: map(10).columns.map(({ note: _, ...choice }) => choice),
  }], 'without notes')
  const next = `${HEADER}\n1,"Lee, Ann",ann@a.example,9,3\n`
  const summary = await taken(world, next)
  t.strictSame(summary.column_maps, [{ file: 'g.csv', origin: 'remembered' }])
  t.match(summary, { scores: { updated: 1, added: 0 }, tasks: { unchanged: 1 } })
  t.match((await world.book()).students[0], { cells: { Erste: /0\.9/ } })
  const spaced = next.replace('Erste', ' Erste ')
  t.strictSame(origins(await taken(world, spaced)), ['remembered'], 'spaces do not count')
  t.match(showErrors(await take(world, next.replace('Zweite', 'Dritte'))), [/is not in a known format/])
  const elsewhere = await take(world, next, { course: 'Chemie' })
  t.match(showErrors(elsewhere), [/is not in a known format/], 'another course')
  t.strictSame(origins(await taken(world, next, { format: 'spreadsheet' })), ['remembered'])
  const canvas = { format: 'canvas' } as const
  t.match(showErrors(await take(world, next, canvas)), [/^g\.csv:1: /], 'a format that is named counts')
})

t.test('a table without a course: the error names the courses whose columns it has', async (t) => {
  const world = await created(t)
  const course = { course: undefined }
  t.match(showErrors(await take(world, TABLE, course)), [/^g\.csv: is not in a known format/])
  await taken(world, TABLE, { map: map(10) })
  const one = /^g\.csv: has columns that were chosen by hand before, for a course; name the course with /
  t.match(showErrors(await take(world, TABLE, course)), [new RegExp(`${one.source}--course: "Physik"$`)])
  t.match(showErrors(await take(world, TABLE, { ...course, askedBy: 'token', format: 'spreadsheet' })), [
    new RegExp(`${one.source}the field course: "Physik"$`),
  ])
  t.match(await take(world, TABLE, { ...course, dryRun: true }), {
    ok: false, guess: { isRemembered: true, map: { columns: [{ column: 'Wer', use: 'name' }, {}, {}] } },
  })
  t.match(showErrors(await take(world, TABLE.replace('Nr', 'No'), course)), [/is not in a known format/])
  await taken(world, TABLE, { map: map(10), course: 'Chemie', now: () => 1e13 })
  t.match(showErrors(await take(world, TABLE, course)), [/for 2 courses; .* --course: "Chemie", "Physik"$/])
  world.sql("UPDATE courses SET archived_at = 1 WHERE name = 'Chemie'")
  t.match(showErrors(await take(world, TABLE, course)), [/for a course; .* --course: "Physik"$/], 'archived')
})

t.test('a map that is given counts, and is remembered although nothing else changes', async (t) => {
  const world = await created(t)
  await taken(world, TABLE, { map: map(10) })
  const { version } = await world.book()
  const before = imports(world)
  t.strictSame(origins(await taken(world, TABLE, { map: map(10, { points_row: null }) })), ['given'])
  t.equal(imports(world), before, 'the same choice is nothing to write')
  const wider = map(10)
  wider.columns.push({ column: 'Zweite', use: 'left_out' })
  t.match(await taken(world, TABLE, { map: wider }), { courses: { unchanged: 1 }, scores: { unchanged: 2 } })
  t.equal(imports(world), before + 1)
  t.equal((await world.book()).version, version, 'the book did not change')
  t.match(JSON.parse(stored(world)[0]!.map), { columns: { length: 4 } })
  t.equal(stored(world).length, 1)
  t.strictSame(origins(await taken(world, TABLE)), ['remembered'])
})

t.test('of two maps that fit one file, the one that was given last is used', async (t) => {
  const world = await created(t)
  const text = `x,y,Lab\n${TABLE}`
  const first = { ...map(10), header_row: 2 }
  const second: ColumnMap = {
    ...first, header_row: 3, columns: [
      { column: 'B', use: 'name' }, { column: 'D', use: 'task', points_possible: 10 },
    ]
  }
  for (const [at, given] of [first, second, first].entries()) {
    await taken(world, text, { map: given, now: () => 1e13 + at })
    t.match(await take(world, text, { dryRun: true }), {
      ok: true, guess: { map: { header_row: given.header_row } },
    })
  }
  const before = imports(world)
  await taken(world, text, { map: first })
  t.equal(imports(world), before, 'it is the newest already')
})

t.test('a dry run remembers nothing, and shows what is remembered', async (t) => {
  const world = await created(t)
  t.match(await take(world, TABLE, { map: map(10), dryRun: true }), {
    ok: true, summary: { scores: { added: 2 } },
  })
  t.strictSame(stored(world), [])
  await taken(world, TABLE, { map: map(10) })
  t.match(await take(world, TABLE, { dryRun: true }), {
    ok: true,
    summary: { scores: { unchanged: 2 } },
    guess: {
      isRemembered: true,
      students: 2,
      map: {
        header_row: 1, points_row: null,
        columns: [{ column: 'Wer', use: 'name' }, {}, { points_possible: 10 }],
      },
      preview: [{ line: 1, cells: HEADER.split(',') }, { line: 2 }, { line: 3 }],
    },
  })
  t.match(await take(world, `${TABLE}3,,c@a.example,x,1\n`, { dryRun: true }), {
    ok: false, guess: { isRemembered: true }, errors: [{ line: 4, message: /Erste is "x"/ }],
  }, 'a table that does not fit otherwise')
  t.equal((await take(world, TABLE)).guess, undefined)
})

t.test('the lines of header and points are remembered; a student is not taken for points', async (t) => {
  const world = await created(t)
  const above = 'Klasse 9b,,,\nmax,,,12\n'
  const table = (name: string) => `Wer,Mail,Note,Erste\n"${name}, Ann",a@a.example,x,6\n`
  const lines = map(10, { header_row: 3, points_row: 2 })
  delete lines.columns[2]!.points_possible
  await taken(world, above + table('Lee'), { map: lines })
  t.match(await world.book(), { tasks: [/Erste.*12/] })
  t.strictSame(origins(await taken(world, above.replace('12', '24') + table('Lee'))), ['remembered'])
  t.match(await world.book(), { tasks: [/Erste.*24/] }, 'the points of the row are read again')
  const without = `Klasse 9b,,,\n"Poe, Bob",,,3\n${table('Lee')}`
  t.match(showErrors(await take(world, without)), [/is not in a known format/])
})

t.test('an undo brings back the earlier choice; a course that goes takes its choices along', async (t) => {
  const world = await created(t)
  await taken(world, TABLE, { map: map(10) })
  const first = stored(world)
  await taken(world, TABLE, { map: map(20) })
  await taken(world, TABLE.replace('Nr', 'No'), { map: map(20) })
  t.equal(stored(world).length, 2)
  await world.undo()
  await world.undo()
  t.strictSame(stored(world), first)
  await world.undo()
  t.strictSame([stored(world), await world.books()], [[], []])

  await taken(world, TABLE, { map: map(10) })
  const wider = map(10)
  wider.columns.push({ column: 'Zweite', use: 'left_out' })
  await taken(world, TABLE, { map: wider })
  await world.undo()
  t.strictSame(stored(world).map((row) => row.map), first.map((row) => row.map), 'an import of a choice only')
})

t.test('a teacher in their own course; Excel workbooks; several files; the newest twenty', async (t) => {
  const world = await created(t)
  await taken(world, TABLE, { map: map(10) })
  const { id, sourceId } = await world.book()
  const ofTeacher = { onlyCourseId: id, course: sourceId }
  t.strictSame(origins(await taken(world, TABLE, ofTeacher)), ['remembered'])
  await taken(world, TABLE.replace('Nr', 'No'), { ...ofTeacher, map: map(10) })
  t.equal(stored(world).length, 2)

  const book = await writeWorkbook(world, 'g.xlsx', {
    sheets: [
      { name: 'Notes', rows: rowsXml([['x']]) },
      {
        name: 'Noten',
        rows: rowsXml([['Klasse'], ['Wer', 'Mail', 'Erste'], ['Lee, Ann', 'ann@a.example', 5]]),
      },
    ],
  })
  const sheet = { course: 'Physik', sheet: 'Noten' }
  t.match(await world.import(book, { ...sheet, map: map(10, { header_row: 2 }) }), { ok: true })
  t.match(await world.import(book, sheet), {
    ok: true, summary: { column_maps: [{ origin: 'remembered' }], scores: { unchanged: 2 } },
  })
  const canvas = join(world.folder, 'canvas.csv')
  writeFileSync(canvas, 'Student,ID,SIS User ID,SIS Login ID,Section,HW (1)\nPoints Possible,,,,,5\n' +
    '"Poe, Cyd",1,,,,4\n')
  const csv = join(world.folder, 'g.csv')
  writeFileSync(csv, TABLE)
  t.match(await world.import([canvas, csv], { course: 'Physik', allowNewPeople: true }), {
    ok: true, summary: { column_maps: { 0: { file: 'g.csv', origin: 'remembered' }, length: 1 } },
  })

  for (let n = 0; n < 22; n++) {
    await taken(world, TABLE.replace('Nr', `Nr ${n}`), { map: map(10), now: () => n + 1e13 })
  }
  t.equal(stored(world).length, 20)
  t.match(showErrors(await take(world, TABLE)), [/is not in a known format/], 'the oldest is forgotten')
  t.strictSame(origins(await taken(world, TABLE.replace('Nr', 'Nr 2'))), ['remembered'])
  await world.undo()
  t.equal(stored(world).length, 20, 'and is there again after an undo')
})

t.test('--format spreadsheet reads a table whose columns are all clear, and remembers nothing', async (t) => {
  const world = await created(t)
  const clear = 'Student ID,Last name,First name,Essay (out of 20),Test %,Lab,Total,Notes\n' +
    'Points possible,,,,,5,,\n1,Lee,Ann,15,80,4,99,late\n'
  t.match(showErrors(await take(world, clear)), [
    /columns of this table are all clear, so import it with --format spreadsheet, or say/,
  ])
  t.match(await take(world, clear, { format: 'spreadsheet', dryRun: true }), {
    ok: true, guess: { isCertain: true },
  })
  const summary = await taken(world, clear, { format: 'spreadsheet' })
  t.strictSame(origins(summary), ['guessed'])
  t.strictSame(warningCounts(summary), {})
  t.match(await world.book(), { tasks: [/Essay.*20/, /Test.*100/, /Lab.*5/] })
  t.strictSame(stored(world), [])
  const unclear = [
    'Student ID,Lab\n1,4\n', 'Student ID,Lab (10)\n1,4\n', 'Student ID,Lab,Band\nPoints,5,\n1,4,B\n',
    'Student ID,HW %,HW %,Other\n1,4,4,x\n', 'Who,HW %\n"Lee, Ann",3\n', 'Student ID,Total %\n1,4\n',
    'Student ID,HW %\n',
  ]
  for (const text of unclear) {
    const outcome = await take(world, text, { format: 'spreadsheet', dryRun: true })
    t.match(showErrors(outcome), [
      /is a table whose columns are not all clear; say what .*--map FILE\.json.*--dry-run/,
    ], text)
    t.match(outcome.guess, { isCertain: false }, text)
  }
})
