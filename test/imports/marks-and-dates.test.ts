// Tables as student information systems and teachers write them: marks among the scores, due dates in headers
// and in a row, categories above titles.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { ColumnMap } from '../../src/imports/column-maps/column-map.ts'
import { dateInHeader, dueDay, orderShownBy } from '../../src/imports/column-maps/due-dates.ts'
import { readColumnMap } from '../../src/imports/column-maps/read-map.ts'
import type { ImportOptions } from '../../src/imports/import-options.ts'
import { createWorld, showErrors, type World } from './bundles.ts'

function take (world: World, text: string, options: Partial<ImportOptions> = {}) {
  const file = join(world.folder, 'g.csv')
  writeFileSync(file, text)
  return world.import(file, { course: 'Physics', ...options })
}

async function guessOf (
  world: World, text: string, options: Partial<ImportOptions> = {}
): Promise<ColumnMap> {
  const outcome = await take(world, text, { ...options, dryRun: true })
  if (outcome.ok || outcome.guess === undefined) throw new Error('There is no guess.')
  return outcome.guess.map
}

const MARKED = [
  'Student Name,Student Number,HW 1 (10 pts),HW 2 (10 pts),Test (50 pts)', '"Lee, Ann",0042,10,T,44',
  '"Ng, Bob",0043,tx,8,Ch', '"Ortiz, Cyd",0044,M,X,50', '',
].join('\n')

t.test('the guess lists marks, an error says what to do, and a map gives their meanings', async (t) => {
  const world = await createWorld(t)
  const guess = await guessOf(world, MARKED)
  t.strictSame(guess.marks, { tx: null, T: null, X: null, Ch: null })
  t.match(guess.columns.map(({ use }) => use), ['name', 'student_id', 'task', 'task', 'task'],
    'a column with clear points is a task, however many marks it has')
  t.match(showErrors(await take(world, MARKED, { format: 'spreadsheet' })), [
    /columns are not all clear \(marks without a meaning: "tx", "T", "X", "Ch"\)/,
  ])
  const unexplained = showErrors(await take(world, MARKED, { map: guess }))
  t.equal(unexplained.length, 4)
  t.match(unexplained[0], /HW 1 is "tx", expected .*; if your school uses "tx" as a mark, give its meaning in "marks" of the column map \(--map\)$/)
  t.match(showErrors(await take(world, MARKED, { map: guess, askedBy: 'session' })), [/under "Marks"$/, / /, / /, / /])
  const map: ColumnMap = {
    ...guess, marks: { TX: 'exempt', T: 'submitted', ' x ': 'no_result', Ch: 'in_progress', m: 'completed' },
  }
  const outcome = await take(world, MARKED, { map })
  t.match(outcome, { ok: true, summary: { scores: { added: 8 } } }, 'one cell is as if it were blank')
  const { students } = await world.book()
  t.match(students.map(({ cells }) => cells), [
    { 'HW 1': /1/, 'HW 2': /submitted/, Test: /0\.88/ },
    { 'HW 1': /exempt/, 'HW 2': /0\.8/, Test: /in_progress/ },
    { 'HW 1': /completed/, Test: /1/ },
  ])
  const next = MARKED.replace('Ch', 'Dr')
  t.match(showErrors(await take(world, next)), [/Test is "Dr", .* uses "Dr" as a mark/], 'remembered')
  const again = await guessOf(world, next)
  t.match(again.marks, { Dr: null, TX: 'exempt', ' x ': 'no_result' }, 'a new mark is added to the others')
})

t.test('a map with an unknown meaning of a mark: the error lists the known ones', (t) => {
  const read = (marks: object) =>
    readColumnMap(JSON.stringify({ columns: [{ column: 1, use: 'name' }], marks }), 'map.json')
  t.throws(() => read({ X: 'absent' }), { message: /is "absent", expected one of missing, exempt, submitted/ })
  t.strictSame(read(JSON.parse('{"__proto__": "missing", "Ä": null}')).marks,
    JSON.parse('{"__proto__": "missing", "Ä": null}'))
  t.end()
})

const ROWS = [
  'Class:,Biology,,,', 'Teacher:,Whitlock,,,', ',,Cell lab,Chapter 1,Words', ',,Labs,Quizzes,Homework',
  'Due:,,09/04/2026,09/11/2026,09/14/2026', 'Points Possible:,,25,20,10', 'Student Name,Student Number,,,',
  '"Lee, Ann",0042,23,18,10', '"Ng, Bob",0043,20,,7', '',
]

t.test('rows of titles, categories, due dates and points above the header', async (t) => {
  const world = await createWorld(t)
  const text = ROWS.join('\n')
  const map = await guessOf(world, text)
  t.match(map, { header_row: 7, points_row: 6, due_row: 5 })
  t.match(map.columns.slice(2), [
    { column: 'C', title: 'Cell lab', category: 'Labs' }, { title: 'Chapter 1', category: 'Quizzes' },
    { title: 'Words', category: 'Homework' },
  ])
  t.match(await take(world, text, { map }), {
    ok: true, summary: { tasks: { added: 3 }, scores: { added: 5 } },
  })
  const days = () => world.sql('SELECT title, due_on FROM tasks ORDER BY id')
  t.strictSame(days(), [
    { title: 'Cell lab', due_on: '2026-09-04' }, { title: 'Chapter 1', due_on: '2026-09-11' },
    { title: 'Words', due_on: '2026-09-14' },
  ])
  t.match(await take(world, text.replace('09/14/2026', '09/15/2026')), {
    ok: true, summary: { tasks: { updated: 1 } },
  }, 'the row is read again with the remembered map')
  t.match(days()[2], { due_on: '2026-09-15' })
  const unclear = text.replace('09/11/2026', '9/9/2026')
  t.match(await take(world, unclear), { ok: true }, 'the other days show the order')
  const early = text.replaceAll('/11/', '/08/').replaceAll('/14/', '/09/')
  t.match(showErrors(await take(world, early)), [
    /^g\.csv:5: the due date of Cell lab is "09\/04\/2026", expected .* set the order of dates with --dates mdy or/,
    /Chapter 1/, /Words/,
  ])
  t.match(await take(world, early, { dates: 'dmy' }), { ok: true })
  t.match(days()[0], { due_on: '2026-04-09' })
  t.match(showErrors(await take(world, text, { map: { ...map, due_row: 6 } })), [
    /^g\.csv:6: is both the points_row and the due_row of the column map/,
  ])
  t.match(showErrors(await take(world, text, { map: { ...map, due_row: 99 } })), [
    /^g\.csv:99: is blank or inside a row, but it is the due_row of the column map/,
  ])
})

t.test('titles that begin like a label stay titles; a category applies until the next one', async (t) => {
  const world = await createWorld(t)
  const titles = await guessOf(world, [
    ',,Article review,Typing test', 'Points possible,,10,20', 'Name,ID,,', '"Lee, Ann",0042,9,18', '',
  ].join('\n'))
  t.match(titles.columns.slice(2), [{ title: 'Article review' }, { title: 'Typing test' }])
  const { columns } = await guessOf(world, [
    ',,Homework,,Tests', 'Name,ID,Page 3,Page 9,Unit 1', '"Lee, Ann",0042,9,8,18', '',
  ].join('\n'))
  t.strictSame(columns.map(({ category = '' }) => category), ['', '', 'Homework', 'Homework', 'Tests'])
})

t.test('due dates in headers, and points of any form', async (t) => {
  const world = await createWorld(t)
  const text = 'Name,Quiz 9/2/2026,"Lab (Sep 12, 2026)",Essay - due 9/23/2026 (20 pts),Ch 1.2.26\n' +
    ',Max: 8,/10,,5\n"Lee, Ann",7,9,18,4\n"Ng, Bob",8,8,11,5\n'
  const map = await guessOf(world, text)
  t.match(map.columns.slice(1), [
    { title: 'Quiz', due_on: '2026-09-02' }, { title: 'Lab', due_on: '2026-09-12' },
    { title: 'Essay', due_on: '2026-09-23', points_possible: 20 }, { column: 'Ch 1.2.26' },
  ])
  t.equal(map.columns[4]?.due_on, undefined)
  t.equal(map.points_row, 2)
  t.match(await take(world, text, { map }), { ok: true, summary: { scores: { added: 8 }, warnings: [] } })
  t.match((await world.book()).students[0], { cells: { Quiz: /0\.875/, Lab: /0\.9/, Essay: /0\.9/ } })
  const unclear = text.replace('9/23/2026', '9/3/2026')
  t.match((await guessOf(world, unclear, { course: 'Other' })).columns[1], {
    title: undefined, note: /the order of dates is unknown, so 9\/2\/2026 is not read as the due date/,
  })
  const known = await guessOf(world, unclear, { course: 'Other', dates: 'dmy' })
  t.match(known.columns[1], { due_on: '2026-02-09' })
})

t.test('dates in headers and cells', (t) => {
  const shown = (header: string) => {
    const { title, date } = dateInHeader(header) ?? { title: '–', date: '' }
    return `${title} | ${dueDay(date, 'mdy') ?? '–'}`
  }
  for (const [header, expected] of [
    ['HW 1 [Due: 2026-09-08]', 'HW 1 | 2026-09-08'], ['9/8/26 HW 1', 'HW 1 | 2026-09-08'],
    ['HW 1\n09/08/2026', 'HW 1 | 2026-09-08'], ['HW 1 – 8 September 2026', 'HW 1 | 2026-09-08'],
    ['Tarea 1 (8-sep-2026)', 'Tarea 1 | 2026-09-08'], ['9/8/2026', '9/8/2026 | 2026-09-08'],
    ['HW 1 (13/13/2026)', 'HW 1 | –'], ['HW 1.2.2026.5', '– | –'], ['HW 12/15', '– | –'],
    ['Chapter 2026', '– | –'], [`${'9/'.repeat(50_000)}`, '– | –'],
  ] as const) t.equal(shown(header), expected)
  t.equal(dueDay('2026-09-08T23:59', undefined), '2026-09-08')
  t.equal(dueDay('31 Feb 2026', undefined), undefined)
  const dates = [['1/2/2026'], ['13/2/2026', 'x'], ['2/13/2026'], ['13/2/2026', '2/13/2026']]
  t.strictSame(dates.map(orderShownBy), [undefined, 'dmy', 'mdy', undefined])
  t.end()
})
