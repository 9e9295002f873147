// Grade books as schools have them, small: each was refused once. The files are in test/fixtures/data-in.
import { join } from 'node:path'
import t from 'tap'
import { createWorld, showErrors, warningCounts } from './bundles.ts'

const CASES = join(import.meta.dirname, '../fixtures/data-in')

interface Case {
  file?: string
  /** Student, student id, cells. */
  students: Array<[string, string | null, Record<string, string>]>
  warnings?: Record<string, number>
}

const ESSAY = { 'Essay 1': 'completed 0.75' }
const ESSAY_DONE = { 'Essay 1': 'completed 1' }
const MUNOZ: Case['students'] = [['Ann Muñoz', 'S1', ESSAY], ['Bob Poe', 'S2', ESSAY_DONE]]

const READ: Record<string, Case> = {
  'canvas-cr': { students: MUNOZ },
  'canvas-sep-line': { students: MUNOZ },
  'canvas-utf16-tab': { file: 'g.txt', students: MUNOZ },
  'canvas-excel-formula-id': { students: [['Ann Lee', '0042', ESSAY]] },
  'canvas-hidden-row-longer': { students: [['Ann Lee', 'S1', ESSAY], ['Bob Poe', 'S2', ESSAY_DONE]] },
  'canvas-semicolon': {
    students: [
      ['Ann Lee', 'S1', { Aufsatz: 'completed 0.75' }],
      ['Bob Poe', 'S2', { Aufsatz: 'completed 1' }],
    ],
  },
  'canvas-excel-short-rows': {
    students: [
      ['Ann Lee', 'S1', { Essay: 'completed 0.75', Quiz: 'completed 0.75' }],
      ['Bob Poe', 'S2', { Essay: 'completed 1' }],
    ],
  },
  'canvas-gpa-scale': {
    students: [
      ['Ann Lee', 'S1', { ...ESSAY, Quiz: 'completed' }],
      ['Bob Poe', 'S2', { ...ESSAY_DONE, Quiz: 'completed' }],
    ],
    warnings: { grades_in_words: 1 },
  },
  'moodle-semicolon': { students: [['Ann Lee', '0042', { 'Assignment: Essay': 'completed 0.75' }]] },
  'moodle-decimals3': {
    students: [
      ['Ann Lee', '0042', { 'Assignment: Essay': 'completed 0.753333' }],
      ['Bob Poe', '0043', { 'Assignment: Essay': 'completed 0.0875' }],
    ],
  },
  'moodle-scale-real': {
    students: [
      ['Ann Lee', '0042', { 'Assignment: Essay': 'completed', 'Assignment: Lab safety': 'completed' }],
      ['Bob Poe', '0043', { 'Assignment: Essay': 'completed', 'Assignment: Lab safety': 'completed' }],
    ],
    warnings: { grades_in_words: 1, points_without_possible: 1 },
  },
}

t.test('grade books in any dialect', async (t) => {
  for (const [name, { file = 'g.csv', students, warnings = {} }] of Object.entries(READ)) {
    const world = await createWorld(t)
    const outcome = await world.import(join(CASES, name, file), { course: 'Algebra P1' })
    t.strictSame(showErrors(outcome), [], name)
    t.strictSame(outcome.ok && warningCounts(outcome.summary), warnings, name)
    const book = await world.book()
    const shown = book.students.map(({ who, id, cells }) => [who, id, cells])
    t.strictSame(shown, students, name)
  }
})

t.test('a warning about grades in words names the column', async (t) => {
  const world = await createWorld(t)
  const outcome = await world.import(join(CASES, 'canvas-gpa-scale/g.csv'), { course: 'Algebra P1' })
  t.match(outcome, { ok: true, summary: { warnings: [{ cell: 'Quiz is "A-"', line: 3 }] } })
})

t.test('what cannot be read says what the file is', async (t) => {
  const world = await createWorld(t)
  const refused = async (name: string) =>
    showErrors(await world.import(join(CASES, name, 'g.csv'), { course: 'Algebra P1' }))
  t.strictSame(await refused('canvas-macroman-cr'), [
    'g.csv:3: is not UTF-8; it may be in MacRoman, which is not supported; save the file as "CSV UTF-8"',
  ])
  t.match(await refused('canvas-excel-ids-sci'), [
    /^g\.csv:3: id is "1\.0E\+13": a spreadsheet changed the ids/,
    /^g\.csv:4/,
  ])
  t.strictSame(await world.books(), [])
})
