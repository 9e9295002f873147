import t from 'tap'
import { fillEverywhere, peopleWorld, schoolWithCyd, TRACES } from './people.ts'

t.test('everything that is stored about a person, as JSON', async (t) => {
  const world = await peopleWorld(t)
  const [physics, art] = await world.books()
  t.match(await world.run(['export', String(physics!.id)]), { status: 0 })
  await fillEverywhere(world, physics!.id)
  world.sql(`INSERT INTO pseudonyms (student_id, course_id, pseudonym)
    SELECT id, course_id, 'S-7KQ2M9XA' FROM students
    WHERE source_id = 'u-cyd-77' AND course_id = ?`, physics!.id)
  const answer = await world.run(['student', 'export', 'ID-90210'])
  t.match(answer, { status: 0, stderr: '' })
  const data = JSON.parse(answer.stdout)
  t.match(data, {
    person: {
      source_id: 'u-cyd-77',
      names: [{ first: 'Cydwina', last: 'Ortizova' }],
      student_identifiers: ['ID-90210'],
      emails: ['cydwina.o@example.edu'],
    },
    courses: [
      {
        course_id: physics!.id,
        course: 'Physics',
        period: 'Period 2',
        student: {
          source_id: 'u-cyd-77', first_name: 'Cydwina', email: 'Cydwina.O@example.edu',
          pseudonym: 'S-7KQ2M9XA',
        },
        course_average: 0.5,
        category_averages: [
          { category: 'Homework', average: 0.5 },
          { category: 'Exams', average: null },
        ],
        tasks: [
          {
            task: 'HW 1',
            category: 'Homework',
            due_at: '2026-02-01T23:59:59.000Z',
            status: 'completed',
            score: 0.5,
            points: 5,
            points_possible: 10,
            submitted_at: null,
            origin: { line_item: 'li1-p2' },
          },
        ],
      },
      { course_id: art!.id, course: 'Art', student: { pseudonym: null }, tasks: [{ score: 0.9 }] },
    ],
    teaching: [],
    roster_records: [
      { kind: 'enrollment', source_id: 'e-c', other: 'u-cyd-77' },
      { kind: 'enrollment', source_id: 'e-c2' },
      { kind: 'user', body: [1, 'Cydwina', 'Ortizova', 'ID-90210', 'Cydwina.O@example.edu'] },
    ],
    reports: [
      {
        kind: 'import',
        texts: [
          'users.csv:3: name is "Ortizova, Cydwina"',
          '$.students["u-cyd-77"]',
          'email is "CYDWINA.O@example.edu", and Ann Lee is fine',
          'Ortizova.csv',
        ],
      },
      { attempt: Number, texts: ['Cydwina Ortizova was found twice'] },
      { import: 1, texts: ['The row of ID-90210 was skipped'] },
    ],
    files: {
      exports: [{ owner: `course ${physics!.id}` }],
      import_uploads_that_may_contain_them: [{ filename: 'roster.zip' }, { filename: 'grades.csv' }],
      named_after_them: [{ filename: 'essay_of_Cydwina-Ortizova.pdf' }],
    },
    export_snapshots: [
      {
        course_id: physics!.id,
        source_id: 'u-cyd-77',
        first_name: 'Cydwina',
        last_name: 'Ortizova',
        student_identifier: 'ID-90210',
        period: 'Period 2',
        is_dropped: false,
        tasks: [{ task: 'HW 1', status: 'completed', score: 0.5, points: 5 }],
      },
    ],
    accounts: [
      {
        role: 'student',
        has_password: true,
        tokens: [{ name: 'Cydwina phone' }],
        sessions: [{ address: '192.0.2.7', user_agent: 'Firefox of Cydwina' }],
        sign_in_networks: [{ network: '192.0.2.7' }],
        password_links: [{ id: 1 }],
        requested_jobs: [{}],
      },
    ],
    audit_log: [{ action: 'session.begin', outcome: 'refused', address: '192.0.2.7' }],
    erasure: { was_erased_at: null },
  })
  t.equal(data.courses.length, 2)
  t.notMatch(answer.stdout, /secret-hash|token-hash|session-hash|link-hash/, 'no hash')
  t.strictSame(world.sql("SELECT subject, via FROM audit_log WHERE action = 'student.export'"), [
    { subject: `courses ${physics!.id}, ${art!.id}`, via: 'command' },
  ])
  t.notMatch(JSON.stringify(world.sql('SELECT * FROM audit_log')), TRACES)
})

t.test("numbers are those of the page, in the course's zone", async (t) => {
  const tables = schoolWithCyd()
  for (const row of tables['results']!) {
    if (row['studentSourcedId'] === 'u-cyd-77') row['scoreDate'] = '2026-02-03'
  }
  const world = await peopleWorld(t, tables)
  t.match(
    await world.run(['course', 'set', '1', '--time-zone', 'America/Chicago', '--missing-counts', 'zero']),
    { status: 0 }
  )
  const data = JSON.parse((await world.run(['student', 'export', 'u-cyd-77'])).stdout)
  t.match(data.courses[0].tasks[0], {
    due_at: '2026-02-02T05:59:59.000Z',
    submitted_at: '2026-02-03T06:00:00.000Z',
  })
})

t.test('who has an account alone, and control characters in names', async (t) => {
  const tables = schoolWithCyd()
  tables['users'] = tables['users']!.map((row) =>
    row['sourcedId'] === 'u-cyd-77' ? { ...row, givenName: 'Cyd\u001b[31m' } : row
  )
  const world = await peopleWorld(t, tables)
  t.match(await world.run(['user', 'add', 'zed@example.edu', '--role', 'student', '--first-name', 'Zed']), {
    status: 0,
  })
  const zed = JSON.parse((await world.run(['student', 'export', 'ZED@example.edu'])).stdout)
  t.match(zed, {
    person: { source_id: null, names: [{ first: 'Zed', last: null }] },
    courses: [],
    accounts: [{ email: 'zed@example.edu' }],
  })
  const cyd = await world.run(['student', 'export', 'u-cyd-77'])
  t.notOk(cyd.stdout.includes('\u001b'))
  t.equal(JSON.parse(cyd.stdout).person.names[0].first, 'Cyd\u001b[31m', 'exact, as JSON says it')
  t.match(await world.run(['student', 'erase', 'zed@example.edu', '--yes']), { status: 0 })
  t.notMatch(world.bytes(), /zed@example/)
  t.match(await world.run(['student', 'export', 'zed@example.edu']), {
    status: 1,
    stdout: '',
    stderr: /No person is stored/,
  })
  t.match(await world.run(['student', 'export', 'u-cyd-77', '--course', '77']), {
    status: 1,
    stderr: /in course 77/,
  })
  t.match(await world.run(['student', 'export']), { status: 2 })
})
