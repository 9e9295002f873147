// Forms of Canvas's grade book export that depend on the course, the user and their language.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { firstSection } from '../../src/imports/grade-book/sections.ts'
import { createWorld, showErrors, warningCounts } from './bundles.ts'

t.test('names of sections joined as a sentence, in any language', async (t) => {
  const known = new Set(['A', 'B', 'MATH.101.A', 'Rock and Roll', 'Algebra', 'Kurs 1'])
  const first = (list: string) => firstSection(list, (name) => known.has(name))
  for (const [list, section] of [
    ['A and B', 'A'],
    ['X, B, and A', 'B'],
    ['X y B', 'B'],
    ['X, Kurs 1 und B', 'Kurs 1'],
    ['X et B', 'B'],
    ['X och B', 'B'],
    ['X ve B', 'B'],
    ['X、B、と A', 'B'],
    ['XとB', 'B'],
    ['X 和 B', 'B'],
    ['X и B', 'B'],
    ['MATH.101.A and MATH.101.B', 'MATH.101.A'],
    ['Algebra and Rock and Roll', 'Algebra'],
    ['Rock and Roll and Algebra', 'Rock and Roll'],
    ['Rock and Pop', undefined],
    ['Sandy', undefined],
    ['A', undefined],
    [`A${' and B'.repeat(1000)}`, undefined],
  ] as const) t.equal(first(list), section, list.slice(0, 40))
})

t.test('two sections, the test student of any language, custom columns and overrides', async (t) => {
  const world = await createWorld(t)
  const file = join(world.folder, 'g.csv')
  const rows = [
    'Student,ID,SIS User ID,SIS Login ID,Integration ID,Root Account,Section,Notes,Locker,Essay (501),' +
      'Quiz (502),Homework Current Points (Herbst),Homework Final Score (Herbst),Current Score (Herbst),' +
      'Override Score (Herbst),Override Grade (Herbst),Override Status',
    ',,,,,,,,,Manual Posting,,,,,,,,,',
    '    Points Possible,,,,,,,,(schreibgeschuetzt),"10,0","20,0",' +
      '(schreibgeschuetzt),(schreibgeschuetzt),(schreibgeschuetzt),,(schreibgeschuetzt),',
    '"Lee, Ann",1,0042,ann@school.example,,c.example,Kurs 1 und Labor 2,x,12,"7,50",EX,1,2,3,90,A,',
    '"Poe, Bob",2,0043,bob,,c.example,Kurs 1,,,N/A,-,1,2,3,,,',
    '"Roe, Cyd",3,0044,cyd,,c.example,"Kurs 3, Labor 2 und Kurs 1",,,"10,0","15,0",1,2,3,,,',
    `"Testteilnehmer",9,,${'0a1b2c3d'.repeat(5)},,c.example,Kurs 1,,,,,,,,,,`,
  ]
  writeFileSync(file, rows.map((row) => `${row}\n`).join(''))
  const outcome = await world.import(file, { course: 'Physics' })
  t.strictSame(showErrors(outcome), [])
  if (!outcome.ok) return
  t.strictSame(warningCounts(outcome.summary), { row_of_no_student: 1 })
  t.strictSame(
    outcome.summary.columns?.slice(7).map(({ used_as: use, reason_code: reason }) => [use, reason]),
    [
      ['left_out', 'not_used'], ['left_out', 'read_only'], ['task_points', null], ['task_points', null],
      ['left_out', 'read_only'], ['left_out', 'read_only'], ['left_out', 'read_only'], ['left_out', 'total'],
      ['left_out', 'read_only'], ['left_out', 'total'],
    ]
  )
  const { students, periods } = await world.book()
  t.strictSame(periods, ['Kurs 1'])
  t.strictSame(students.map(({ who, id, period, cells }) => [who, id, period, cells]), [
    ['Ann Lee', '0042', 'Kurs 1', { Essay: 'completed 0.75', Quiz: 'exempt' }],
    ['Bob Poe', '0043', 'Kurs 1', {}],
    ['Cyd Roe', '0044', 'Kurs 1', { Essay: 'completed 1', Quiz: 'completed 0.75' }],
  ])
})
