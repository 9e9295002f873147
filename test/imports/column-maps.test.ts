// Tables whose columns are chosen by hand.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { COLUMN_MAP_SCHEMA, type ColumnMap } from '../../src/imports/column-maps/column-map.ts'
import { readColumnMap } from '../../src/imports/column-maps/read-map.ts'
import type { ImportOptions } from '../../src/imports/import-options.ts'
import { Refusal } from '../../src/imports/problems.ts'
import { createWorld, school, showErrors, warningCounts, type World } from './bundles.ts'

const PLAIN = 'Student ID,Last Name,First Name,HW 1,HW 2\nPoints possible,,,10,20\n0042,Lee,Ann,7.5,15\n'

type Use = ColumnMap['columns'][number]['use']
type Columns = Array<[column: string | number, use: Use, points?: number | 'percent']>

function mapOf (columns: Columns, rows: Omit<ColumnMap, 'columns'> = {}): ColumnMap {
  return {
    ...rows,
    columns: columns.map(([column, use, points]) => ({
      column, use, ...(points === undefined ? {} : { points_possible: points }),
    })),
  }
}

async function take (world: World, text: string, map: ColumnMap, options: Partial<ImportOptions> = {}) {
  const file = join(world.folder, 'g.csv')
  writeFileSync(file, text)
  return await world.import(file, { course: 'Physics', map, ...options })
}

async function taken (world: World, text: string, map: ColumnMap, options: Partial<ImportOptions> = {}) {
  const outcome = await take(world, text, map, options)
  if (!outcome.ok) throw new Error(`The import failed: ${showErrors(outcome).join('; ')}`)
  return outcome.summary
}

t.test("a teacher's own table, with a row of points possible", async (t) => {
  const world = await createWorld(t)
  const map = mapOf([
    ['Student ID', 'student_id'], ['last name', 'last_name'], ['C', 'first_name'],
    [4, 'task'], ['HW 2', 'task'],
  ], { points_row: 2 })
  const summary = await taken(world, PLAIN, map)
  t.match(summary, { students: { added: 1 }, tasks: { added: 2 }, scores: { added: 2 } })
  t.strictSame(summary.columns?.map(({ name, used_as: use }) => [name, use]), [
    ['Student ID', 'identity_student_id'],
    ['Last Name', 'identity_last_name'],
    ['First Name', 'identity_first_name'],
    ['HW 1', 'task_points'],
    ['HW 2', 'task_points'],
  ])
  t.match(await world.book(), {
    tasks: [/HW 1.*10/, /HW 2.*20/],
    students: [{ who: 'Ann Lee', id: '0042', cells: { 'HW 1': /0\.75/, 'HW 2': /0\.75/ } }],
  })
  t.match(await taken(world, PLAIN, map), { scores: { added: 0, updated: 0, unchanged: 2 } }, 'again')
})

t.test('lines above the header, another separator, percentages, a period, a task left out', async (t) => {
  const world = await createWorld(t)
  const text = 'Grades, fall 2026\n\nout of;;;10;;\nName;Class;Mail;Essay;Test;Note\n' +
    '"Lee, Ann";A;Ann@school.example;7,5;80 %;x\nBob van Poe;B;;EX;missing;y\nAverage;;;7,5;;\n' +
    'Durchschnitt;;;7,5;;\n;;;3;4;\n'
  const summary = await taken(world, text, mapOf([
    ['Name', 'name'], ['Class', 'period'], ['Mail', 'email'], ['Essay', 'task'], ['Test', 'task', 'percent'],
    ['Note', 'left_out'],
  ], { header_row: 4, points_row: 3 }))
  t.strictSame(warningCounts(summary), { blank_lines: 1, row_of_averages: 2, row_about_no_student: 1 })
  t.match(await world.book(), {
    periods: ['A', 'B'],
    tasks: [/Essay.*10/, /Test.*100/],
    students: [
      { who: 'Ann Lee', period: 'A', cells: { Essay: /0\.75/, Test: /0\.8/ } },
      { who: 'Bob van Poe', period: 'B', cells: { Essay: /exempt/, Test: /missing/ } },
    ],
  })
  t.equal(summary.columns?.at(-1)?.reason_code, 'not_chosen')
})

t.test('people of a roster are found by id, e-mail and name', async (t) => {
  const world = await createWorld(t)
  await world.take(school())
  const text = 'Who,Number,Mail,Quiz\nAnn Lee,0042,,5\nBob N.,,BOB@example.edu,6\n"Ortiz, Cyd",,,7\n'
  const map = mapOf([
    ['Who', 'name'], ['Number', 'student_id'], ['Mail', 'email'], ['Quiz', 'task', 10],
  ])
  const summary = await taken(world, text, map)
  t.match(summary, { students: { added: 0 }, scores: { added: 3 } })
  t.strictSame(warningCounts(summary), { people_matched_by_name: 1, category_added: 1 })
})

t.test('a map that does not fit names what is wrong', async (t) => {
  const world = await createWorld(t)
  const refused = async (columns: Columns, rows: Omit<ColumnMap, 'columns'> = {}, text = PLAIN) =>
    showErrors(await take(world, text, mapOf(columns, rows)))
  const who: Columns = [['Student ID', 'student_id']]
  t.match(await refused([...who, ['HW 3', 'task', 1]]), [
    /^g\.csv:1: does not fit the column map: no column is named "HW 3"; the header has "Student ID", .*"HW 2"/,
  ])
  t.match(await refused([...who, ['HW', 'task', 1]], {}, 'Student ID,hw,HW,HW\n1,2,3,4\n'), [
    /2 columns are named "HW"; name one by its letter: C, D/,
  ])
  t.match(await refused([...who, ['F', 'task', 1]]), [/there is no column "F"; the last one is E \(5\)/])
  t.match(await refused([...who, [20_000, 'task', 1]]), [/there is no column 20000/])
  t.match(await refused([...who, ['D', 'task', 1], ['HW 1', 'task', 2]]), [/names the column D \("HW 1"\) twice/])
  t.match(await refused([['HW 1', 'task', 1]]), [/no column that says who a row is about/])
  t.match(await refused(who), [/no column with the use "task"/])
  t.match(await refused([...who, ['B', 'student_id'], ['HW 1', 'task', 1]]), [
    /two columns for student_id: "Student ID" and "B"/,
  ])
  t.match(await refused([...who, ['HW 1', 'task']], { header_row: 7 }), [/^g\.csv:7: is blank or .* header_row/])
  t.match(await refused([...who, ['HW 1', 'task']], { points_row: 9 }), [/^g\.csv:9: is blank or .* points_row/])
  t.match(await refused([...who, ['HW 1', 'task']], { points_row: 3 }, 'Student ID,HW 1\n1,2\n3,ten\n'), [
    /^g\.csv:3: the points possible of HW 1 are "ten", expected a number such as 10/,
  ])
  t.match(await refused([...who, ['HW 1', 'task', 9]], {}, 'Student ID,HW 1\n1,2\n3,seven\n'), [
    /^g\.csv:3: HW 1 is "seven", expected a number such as 7\.5, "EX" \(excused\), "missing" or a blank cell/,
  ])
  t.match(await refused([...who, ['HW 1', 'task', 9]], {}, 'Student ID,HW 1\n1,2,note,more,\n'), [
    /^g\.csv:2: has 4 cells, but the header has 2/,
  ])
  t.match(showErrors(await take(world, PLAIN, mapOf([...who, ['HW 1', 'task']]), { format: 'canvas' })), [
    /a column map is for the format spreadsheet, not for canvas/,
  ])
  t.strictSame(await world.books(), [])
})

t.test('tasks without points possible give no scores, with a warning', async (t) => {
  const world = await createWorld(t)
  const map = mapOf([['A', 'student_id'], ['D', 'task']])
  const summary = await taken(world, PLAIN.replace(/^Points.*\n/m, ''), map)
  t.match(warningCounts(summary), { points_without_possible: 1 })
})

t.test('a task may have a title, a category and a due date of its own', async (t) => {
  const world = await createWorld(t)
  const map: ColumnMap = {
    columns: [
      { column: 'A', use: 'student_id' },
      {
        column: 'D',
        use: 'task',
        points_possible: 10,
        title: 'Essay',
        category: 'Writing',
        due_on: '2026-02-01',
      },
    ],
  }
  await taken(world, PLAIN.replace(/^Points.*\n/m, ''), map)
  t.match(await world.book(), { categories: { Writing: 1 }, tasks: [/Essay.*Writing.*2026-02-01/] })
})

t.test('hostile maps are refused with their place', (t) => {
  const place = (text: string) => {
    try {
      readColumnMap(text, 'map.json')
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      t.ok(error.message.length < 500, error.message)
      return error.place.path ?? error.message
    }
    throw new Error('The map was read.')
  }
  const column = (json: string) => `{"columns":[${json}]}`
  t.match(place('{'), /is not JSON/)
  t.match(place('['.repeat(200_000)), /is not JSON/)
  t.match(place(`"${'x'.repeat(600_000)}"`), /is longer than/)
  t.equal(place('{"columns":[],"columns":{}}'), 'columns')
  t.equal(place(column('{"column":"A","use":"constructor"}')), 'columns[0].use')
  t.equal(place(column('{"column":"A","use":"task","__proto__":1}')), 'columns[0].__proto__')
  t.equal(place('{"__proto__":{"columns":[]},"columns":[]}'), '__proto__')
  t.equal(place(column('{"column":["A"],"use":"task"}')), 'columns[0].column')
  t.equal(place(column(`{"column":"${'x'.repeat(1001)}","use":"task"}`)), 'columns[0].column')
  t.equal(place(column('{"column":0,"use":"task"}')), 'columns[0].column')
  t.equal(place(column('{"column":"A","use":"task","points_possible":1e400}')), 'columns[0].points_possible')
  t.equal(place(column('{"column":"A","use":"task","due_on":"2026-02-30"}')), 'columns[0].due_on')
  t.equal(place(column(Array(2001).fill('{"column":"A","use":"task"}').join(','))), 'columns')
  t.equal(place('{"header_row":101,"columns":[{"column":"A","use":"task"}]}'), 'header_row')
  t.equal(place(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`), 'columns')
  t.ok(readColumnMap(`\uFEFF${column('{"column":"__proto__","use":"task"}')}`, 'map.json'))
  t.strictSame(Object.keys(COLUMN_MAP_SCHEMA.properties), [
    'header_row', 'points_row', 'due_row', 'marks', 'columns',
  ])
  t.end()
})

t.test('a column may be named like a property of every object', async (t) => {
  const world = await createWorld(t)
  const text = '__proto__,constructor,toString\n0042,7,8\n'
  await taken(world, text, mapOf([
    ['__proto__', 'student_id'], ['constructor', 'task', 10], ['toString', 'task', 10],
  ]))
  t.match(await world.book(), { students: [{ id: '0042', cells: { constructor: /0\.7/, toString: /0\.8/ } }] })
})
