// Grade books of Brightspace, Blackboard and Google Classroom, as the systems write them.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ImportOptions } from '../../src/imports/import-options.ts'
import { fileFolder } from '../support/test-folder.ts'
import { createWorld, showErrors, warningCounts, writeZip } from './bundles.ts'

const CASES = join(import.meta.dirname, '../fixtures/data-in')

/** One database for all tests, with a course for each file. */
const world = await createWorld(t, fileFolder(t))
let courses = 0
const newCourse = () => `Course ${++courses}`

async function bookOf (course: string) {
  const book = (await world.books()).find(({ name }) => name === course)
  if (book === undefined) throw new Error(`There is no course ${course}.`)
  return book
}

async function importFile (
  name: string, content: string | Buffer, options: Partial<ImportOptions> = {}
) {
  const file = join(world.folder, name)
  writeFileSync(file, content)
  return await world.import(file, { course: newCourse(), ...options })
}

/** An import that must succeed, with the uses of its columns (`left_out total`) and the book. */
async function take (
  t: Test, name: string, content: string | Buffer, options: Partial<ImportOptions> = {}
) {
  const course = options.course ?? newCourse()
  const outcome = await importFile(name, content, { ...options, course })
  t.strictSame(showErrors(outcome), [])
  if (!outcome.ok) throw new Error('refused')
  const { summary } = outcome
  return {
    course,
    summary,
    book: await bookOf(course),
    warnings: warningCounts(summary),
    uses: (summary.columns ?? []).map(({ used_as: use, reason_code: reason }) => {
      return reason === null ? use : `${use} ${reason}`
    }),
  }
}

const lines = (...rows: string[]) => `${rows.join('\r\n')}\r\n`

t.test('the files of the cases', async (t) => {
  const students = (cells: Array<Record<string, string>>) => cells.map((one) => ({ cells: one }))
  for (const [name, file, id, due] of [
    ['fmt-blackboard-ultra', 'gc.csv', '800042', false],
    ['fmt-brightspace', 'g.csv', '0042', false],
    ['fmt-google-classroom', 'g.csv', null, true],
  ] as const) {
    const path = join(CASES, name, file)
    t.strictSame(showErrors(await world.import(path, { course: name, dryRun: true })), [], name)
    await t.rejects(bookOf(name), 'a dry run makes no course')
    t.match(await world.import(path, { course: name, teacher: 'mayer@school.example' }), {
      ok: true, summary: { students: { added: 2 }, tasks: { added: 2 }, scores: { added: 3 } },
    })
    const book = await bookOf(name)
    t.match(book.students.map(({ who, id }) => [who, id]), [['Ann Lee', id]], name)
    t.match(book.students, students([
      { 'Quiz 1': 'completed 0.75', Essay: 'completed 0.75' },
      name === 'fmt-google-classroom' ? { Essay: 'completed 1' } : { 'Quiz 1': 'completed 1' },
    ]), name)
    t.equal(book.tasks.some((task) => task.includes('2026-09-08')), due)
    t.strictSame(book.teachers, ['<mayer@school.example>'])
    const again = await world.import(path, { course: name })
    t.match(again, { ok: true, summary: { scores: { added: 0, updated: 0, unchanged: 3 } } })
    t.equal((await bookOf(name)).version, book.version)
  }
})

t.test('Brightspace: maximums, categories and weights', async (t) => {
  const header = [
    'OrgDefinedId', 'Username', 'Last Name', 'First Name', 'Email',
    'HW 1 Points Grade <Numeric MaxPoints:8 Weight:8.33 Category:Home work CategoryWeight:25>',
    'HW 1 Weighted Grade <Numeric Weight:8.33>', 'HW 1 Grade Scheme', 'Home work Subtotal Numerator',
    'Lab Points Grade <Pass/Fail MaxPoints:5 Category:Labs CategoryWeight:15>',
    'Level Points Grade <Selectbox MaxPoints:4 Category:Labs CategoryWeight:15>',
    'GitHub Text Grade <Text>', 'Sum Points Grade <Formula MaxPoints:100>',
    'Exam Points Grade <Numeric MaxPoints:100 Weight:60>', 'Bonus Points Grade', 'Role',
    'Calculated Final Grade Numerator', 'Adjusted Final Grade Scheme Symbol', 'End-of-Line Indicator',
  ].join(',')
  const { uses, warnings, book } = await take(t, 'g.csv', lines(
    header,
    '#0042,#ann,Lee,Ann,ann@school.example,6,2,A,6,5,Expert,annlee,50,75,3,Student,60,B,#',
    '#0043,#bob,Poe,Bob,,4,1,C,4,,Expert,bob,50,,,Student,60,B,#',
    '#0044,#cyd,Roe,Cyd,,4,1,C,4,,Novice,bob,50,Exempt,,Student,60,B,#'
  ))
  t.strictSame(uses, [
    'identity_student_id', 'identity_login', 'identity_last_name', 'identity_first_name', 'identity_email',
    'task_points', 'left_out weighted', 'left_out letter', 'left_out total',
    'task_points', 'task_points', 'left_out text', 'left_out read_only',
    'task_points', 'task_points no_points', 'left_out not_used',
    'left_out total', 'left_out total', 'left_out not_used',
  ])
  t.strictSame(warnings, { grades_in_words: 1, points_without_possible: 1 })
  t.strictSame(book.categories, { 'Home work': 0.25, Labs: 0.15, Exam: 0.6, Tasks: 0 })
  t.strictSame(book.tasks, [
    'HW 1 | Home work | - | 8', 'Lab | Labs | - | 5', 'Level | Labs | - | 4', 'Exam | Exam | - | 100',
    'Bonus | Tasks | - | -',
  ])
  t.strictSame(book.students.map(({ who, id, cells }) => [who, id, cells]), [
    ['Ann Lee', '0042', {
      'HW 1': 'completed 0.75', Lab: 'completed 1', Level: 'completed', Exam: 'completed 0.75',
      Bonus: 'completed',
    }],
    ['Bob Poe', '0043', { 'HW 1': 'completed 0.5', Level: 'completed' }],
    ['Cyd Roe', '0044', { 'HW 1': 'completed 0.5', Level: 'completed', Exam: 'exempt' }],
  ])

  const username = lines(
    'Username,HW 1 Points Grade <Numeric MaxPoints:8 Category:Home work>,End-of-Line Indicator', '#ann,8,#'
  )
  const byUsername = await take(t, 'g.csv', username)
  t.match(byUsername.summary, { students: { added: 1 }, scores: { added: 1 } }, 'only user names')
})

t.test('Brightspace: without points, the error says how to export', async (t) => {
  const before = await world.books()
  for (const text of [
    lines('OrgDefinedId,Quiz Weighted Grade <Numeric Weight:10>,End-of-Line Indicator', '#1,2,#'),
    lines('First Name,Last Name,Username,30 Jan,% Attendance,End-of-Line Indicator', 'Ann,Lee,ann,P,100,#'),
  ]) {
    t.match(showErrors(await importFile('g.csv', text)), [
      /^g\.csv:1: has no Brightspace grades in points.*"Points grade"/,
    ])
  }
  t.strictSame(await world.books(), before)
})

t.test('Blackboard Original: tabs in UTF-16, named .xls', async (t) => {
  const text = lines(
    [
      'Last Name', 'First Name', 'Username', 'Student ID', 'Last Access', 'Availability', 'Child Course ID',
      'Weighted Total [Total Pts: up to 0 Percentage] |1', 'Total [Total Pts: up to 1,499 Score] |2',
      'Quiz [EXTRA CREDIT] [Total Pts: 10 Score] |101', 'Test [Total Pts: 1,500.5 Score] |102',
      'Essay [Total Pts: 20 Percentage] |103', 'Lab [Total Pts: 1 Complete/Incomplete] |104',
      'Level [Total Pts: 5 Honors Letter] |105', 'Notes [Total Pts: 0 Text] |106',
      'Extra [Total Pts: 0 Score] |107', 'Grading Notes', 'Feedback to Learner',
    ].map((name) => `"${name}"`).join('\t'),
    '"Lee"\t"Ann"\t"ann"\t"0042"\t"2026-09-01 20:20:47"\t"Yes"\t"A1"\t"90"\t"90"\t"7.50"\t"1,200.40"' +
      '\t"75"\t"Complete"\t"A"\t"x"\t"2"\t""\t"Well done"',
    '"Poe"\t"Bob"\t"bob"\t""\t\t"Yes"\t"B2"\t\t\t"Needs Grading(9.00)"\t"In Progress"\t"50%"\t"Incomplete"',
    '"Poe_PreviewUser"\t"Bob"\t"bob_previewuser"\t""\t\t"Yes"\t"B2"\t\t\t"5.00"'
  )
  const { course, uses, warnings, book } = await take(t, 'gc.xls', Buffer.from(`\ufeff${text}`, 'utf16le'))
  t.strictSame(uses, [
    'identity_last_name', 'identity_first_name', 'identity_login', 'identity_student_id', 'left_out not_used',
    'left_out not_used', 'identity_period', 'left_out total', 'left_out total', 'task_points', 'task_points',
    'task_percent', 'task_points', 'left_out letter', 'left_out text', 'task_points no_points',
    'left_out feedback', 'left_out feedback',
  ])
  t.strictSame(warnings, { points_without_possible: 1, row_of_no_student: 1 })
  t.strictSame(book.tasks.map((task) => task.replace(' | Tasks | - |', '')), [
    'Quiz [EXTRA CREDIT] 10', 'Test 1500.5', 'Essay 20', 'Lab 1', 'Extra -',
  ])
  t.strictSame(book.students.map(({ who, id, period, cells }) => [who, id, period, cells]), [
    ['Ann Lee', '0042', 'A1', {
      'Quiz [EXTRA CREDIT]': 'completed 0.75', Test: 'completed 0.8', Essay: 'completed 0.75',
      Lab: 'completed', Extra: 'completed',
    }],
    ['Bob Poe', null, 'B2', {
      'Quiz [EXTRA CREDIT]': 'in_progress', Test: 'in_progress', Essay: 'completed 0.5', Lab: 'in_progress',
    }],
  ])
  const renamed = lines(
    'Last Name,First Name,Username,Student ID,Renamed [Total Pts: 10 Score] |101', 'Lee,Ann,ann,0042,8'
  )
  const { summary } = await take(t, 'gc.csv', renamed, { course })
  t.match(summary, { tasks: { added: 0, updated: 1 }, scores: { updated: 1 } }, 'the number is the identity')
})

t.test('Blackboard: without numbers of columns, and in another language', async (t) => {
  const plain = lines('Last Name,First Name,Username,Quiz 1 [Total Pts: 10 Score]', 'Lee,Ann,ann,7')
  t.match((await take(t, 'g.csv', plain)).summary, { scores: { added: 1 } })
  const { uses, book } = await take(t, 'g.csv', lines(
    'Apellidos;Nombre;Nombre de usuario;ID;Último acceso;Examen [Puntos totales: 10 Puntuación] |101;' +
      'Total [Puntos totales: hasta 100 Porcentaje] |102',
    'Lee;Ann;ann;0042;;7,5;75',
    'Poe;Bob;bob;0043;;Calificación necesaria(9,00);75'
  ))
  t.strictSame(uses, [
    'identity_last_name', 'identity_first_name', 'identity_login', 'identity_student_id', 'left_out not_used',
    'task_points', 'left_out total',
  ])
  t.match(book.students, [
    { who: 'Ann Lee', id: '0042', cells: { Examen: 'completed 0.75' } },
    { who: 'Bob Poe', id: '0043', cells: { Examen: 'in_progress' } },
  ])
})

t.test('Google Classroom: rows of dates, points and averages in any order and language', async (t) => {
  const dates = 'Date,,,2026-09-08,,2026-09-15,2026-09-16,'
  const points = 'Points,,,10,20,20,,'
  const titles = 'Last Name,First Name,Email Address,Essay,Quiz,Quiz,Ungraded,Overall grade'
  const students = ['Lee,Ann,ann@a.example,7.5,15,Missing,,90', 'Poe,Bob,bob@a.example,10,Excused,,,50']
  for (const rows of [[titles, dates, points], [dates, titles, points], [dates, points, titles]]) {
    const text = lines(...rows, 'Class average,,,8.75,15,,,70', ...students)
    const { uses, warnings, book } = await take(t, 'g.csv', text)
    t.strictSame(uses, [
      'identity_last_name', 'identity_first_name', 'identity_email', 'task_points', 'task_points',
      'task_points', 'left_out no_points', 'left_out total',
    ])
    t.strictSame(warnings, { row_of_averages: 1 })
    t.strictSame(book.tasks, [
      'Essay | Tasks | 2026-09-08T23:59:59.000Z | 10', 'Quiz | Tasks | 2026-09-15T23:59:59.000Z | 20',
      'Quiz | Tasks | - | 20',
    ])
    t.match(book.students, [
      { who: 'Ann Lee', cells: { Essay: 'completed 0.75', Quiz: 'missing', 'Quiz (2)': 'completed 0.75' } },
      { who: 'Bob Poe', cells: { Essay: 'completed 1', 'Quiz (2)': 'exempt' } },
    ])
  }
  const spanish = await take(t, 'g.csv', lines(
    'Apellidos,Nombre,Dirección de correo electrónico,Tarea 1,Tarea 2', 'Fecha,,,8/9/2026,',
    'Puntos,,,10,"2,5"',
    'Lee,Ann,ann@school.example,7,2'
  ), { dates: 'dmy' })
  t.strictSame(spanish.book.tasks, [
    'Tarea 1 | Tasks | 2026-09-08T23:59:59.000Z | 10', 'Tarea 2 | Tasks | - | 2.5',
  ])
  t.match(spanish.book.students, [{ who: 'Ann Lee', cells: { 'Tarea 1': 'completed 0.7' } }])

  const unclear = lines('Name,Email,Essay', 'Date,,8/9/2026', 'Points,,10', 'Ann Lee,ann@school.example,7')
  t.match(showErrors(await importFile('g.csv', unclear)), [
    /^g\.csv:2: the date of Essay is "8\/9\/2026".*--dates mdy/,
  ])
  const whole = await take(t, 'g.csv', unclear, { dates: 'mdy' })
  t.strictSame(whole.uses, ['identity_name', 'identity_email', 'task_points'])
  const noDates = lines(
    'Last Name,First Name,Email Address,Essay', 'Date,,,', 'Points,,,10', 'Lee,Ann,a@b.example,7'
  )
  t.match(await importFile('g.csv', noDates), { ok: true, summary: { scores: { added: 1 } } },
    'no task has a due date')
})

t.test('a format is forced only on files that have its columns', async (t) => {
  const before = await world.books()
  const own = lines('Name,Email,Essay', 'Ann Lee,ann@school.example,7')
  for (const [format, message] of [
    ['brightspace', /has no Brightspace grades/], ['blackboard', /has no Blackboard grades/],
    ['google-classroom', /has no row of due dates/],
  ] as const) {
    t.match(showErrors(await importFile('g.csv', own, { format })), [message], format)
  }
  t.match(showErrors(await importFile('g.csv', own)), [/is not in a known format/])
  t.strictSame(await world.books(), before)
})

t.test('grade books of several systems in one folder and one course', async (t) => {
  const course = newCourse()
  const zip = await writeZip(join(world.folder, 'books.zip'), {
    'b.csv': lines('Last Name,First Name,Username,Quiz [Total Pts: 10 Score] |1', 'Lee,Ann,ann@a.example,7'),
    'g.csv': lines(
      'Last Name,First Name,Email Address,Essay', 'Date,,,2026-09-08', 'Points,,,10',
      'Roe,Cyd,cyd@school.example,7'
    ),
  })
  t.match(await world.import(zip, { course }), { ok: true, summary: { tasks: { added: 2 } } })
  t.match((await bookOf(course)).students, [{ who: 'Ann Lee' }, { who: 'Cyd Roe' }])
})

t.test('Google Classroom: points in the titles, without a row of points or where it is blank', async (t) => {
  const head = 'Last Name,First Name,Email Address,Essay (10 points),Quiz 1 /20,Talk,Overall Grade'
  const dates = 'Date,,,2026-09-08,2026-09-15,,'
  const ann = 'Lee,Ann,ann@school.example,7.5,15,3,80'
  for (const rows of [[head, dates], [dates, head], [head, dates, 'Points,,,,20,,']]) {
    const { uses, warnings, book } = await take(t, 'g.csv', lines(...rows, ann))
    const quiz = rows.length === 3 ? 'Quiz 1 /20' : 'Quiz 1'
    t.strictSame(uses.slice(3), ['task_points', 'task_points', 'left_out no_points', 'left_out total'])
    t.strictSame(warnings, {})
    t.match(book.tasks, [/^Essay .*2026-09-08.*\| 10$/, new RegExp(`^${quiz} .*2026-09-15.*\\| 20$`)])
    t.match(book.students, [{ cells: { Essay: /0\.75/, [quiz]: /0\.75/ } }])
  }
})

t.test('Google Classroom in Spanish: words instead of grades, totals, rows of averages', async (t) => {
  const world = await createWorld(t)
  const file = join(world.folder, 'calificaciones.csv')
  writeFileSync(file, 'Apellidos,Nombre,Correo electrónico,Ensayo,Calificación general\n' +
    'Fecha de entrega,,,8/9/2026,\nPuntos,,,10,100\n' +
    'Lee,Ann,ann@example.edu,"7,5",75\nPoe,Bob,bob@example.edu,Sin entregar,0\n' +
    'Ng,Cyd,cyd@example.edu,Justificado,\nDay,Dee,dee@example.edu,Sin calificación,\n' +
    'Promedio de la clase,,,"7,5",\n')
  const outcome = await world.import(file, { course: 'Historia', dates: 'dmy' })
  t.strictSame(showErrors(outcome), [])
  t.strictSame((await world.book()).tasks, ['Ensayo | Tasks | 2026-09-08T23:59:59.000Z | 10'])
  t.strictSame((await world.book()).students.map(({ who, cells }) => [who, cells['Ensayo']]), [
    ['Dee Day', undefined], ['Ann Lee', 'completed 0.75'], ['Cyd Ng', 'exempt'], ['Bob Poe', 'missing'],
  ])
})
