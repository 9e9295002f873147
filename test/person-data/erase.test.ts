import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { problemsOf } from '../support/sql.ts'
import { fillEverywhere, peopleWorld, schoolWithCyd, storedHexes, TRACES } from './people.ts'

t.test(
  'an erased person is in no book, roster, report or file any more, and in no byte of the database',
  async (t) => {
    const world = await peopleWorld(t)
    const before = await world.books()
    const [physics, art] = before as [(typeof before)[0], (typeof before)[0]]
    t.match(await world.run(['export', String(physics.id)]), { status: 0 })
    const paths = await fillEverywhere(world, physics.id)
    t.match(world.bytes(), TRACES, 'the search finds what is there')
    const workbook = storedHexes(world).length
    const snapshots = 'SELECT export_id, part FROM export_snapshots ORDER BY part'
    t.strictSame(world.sql(snapshots), [{ export_id: 1, part: 0 }, { export_id: 1, part: 1 }])

    const erased = await world.run(['student', 'erase', 'CYDWINA.o@example.edu', '--yes'])
    t.match(erased, { status: 0, stdout: '' })
    for (const said of [
      /courses: 2,/,
      /exports: 1,/,
      /uploads: 2,/,
      /reports: 3,/,
      /accounts: 1\./,
      /Backups still hold this person/,
      /--allow-erased/,
      /essay_of_Cydwina-Ortizova/,
    ]) { t.match(erased.stderr, said) }
    t.notMatch(world.bytes(), TRACES)
    t.strictSame(problemsOf(world.database), [])
    t.equal(workbook, 4)
    t.strictSame(storedHexes(world), [], 'no workbook, no upload')
    for (const path of paths) t.notOk(existsSync(path))
    t.strictSame(world.sql('SELECT hex FROM file_intents'), [])
    t.strictSame(world.sql(snapshots), [], 'no snapshot, which search in bytes would not find')

    const after = await world.books()
    t.strictSame(
      after.map((book) => book.students.map(({ who }) => who)),
      [['Ann Lee', 'Bob Ng'], ['Ann Lee']]
    )
    t.ok(
      after.every((book, i) => book.version > before[i]!.version),
      'data versions rise'
    )
    t.strictSame(
      after[1]!.totals,
      { stored: [1, 0.3], computed: [1, 0.3] },
      'averages are those of who is left'
    )
    t.equal(art.totals.stored[0], 2)

    t.strictSame(
      world.sql('SELECT count(*) AS n FROM erased_people'),
      [{ n: 6 }],
      'source id, identifier, e-mail and username, as hashes; ids also without case and zeros'
    )
    const [job] = world.sql("SELECT * FROM jobs WHERE kind = 'import'")
    t.match(
      JSON.parse(job.result),
      {
        errors: [{ file: 'users.csv', line: 3, message: 'email is "[erased]", and Ann Lee is fine' }],
        error_count: 1,
      },
      'the rest of a report stays'
    )
    t.strictSame(world.sql('SELECT user_id FROM job_requests WHERE job_id = ?', job.id), [{ user_id: null }])
    t.strictSame(world.sql('SELECT count(*) AS n FROM users'), [{ n: 0 }])
    const audit = world.sql("SELECT subject, actor_id, via FROM audit_log WHERE action = 'student.erase'")
    t.strictSame(audit, [{ subject: `courses ${physics.id}, ${art.id}`, actor_id: null, via: 'command' }])

    t.match(
      await world.run(['student', 'erase', 'u-cyd-77', '--yes']),
      { status: 1, stderr: /No person is stored/ },
      'twice'
    )
    t.match(await world.run(['export', String(art.id)]), { status: 0 })
    const [fresh] = storedHexes(world)
    const [name] = world.sql('SELECT filename FROM files')
    t.notMatch(readFileSync(join(world.dataDir, 'files', fresh!, name.filename), 'latin1'), TRACES)
  }
)

t.test('it asks on a terminal, and does nothing without one or with another answer than yes', async (t) => {
  const world = await peopleWorld(t)
  const before = await world.books()
  t.match(await world.run(['student', 'erase', 'u-cyd-77']), {
    status: 2,
    stderr: /Nothing was erased. Run this in a terminal to confirm, or use --yes/,
  })
  t.match(await world.run(['student', 'erase', 'u-cyd-77'], { stdin: 'no\n', stdinIsTTY: true }), {
    status: 1,
    stderr: /Type yes: .*Nothing was erased/s,
  })
  t.strictSame(await world.books(), before)
  t.match(await world.run(['student', 'erase', 'u-cyd-77'], { stdin: 'yes\n', stdinIsTTY: true }), {
    status: 0,
  })
  t.notMatch(world.bytes(), TRACES)
})

t.test('who is not there, who is not clear, and who teaches', async (t) => {
  const tables = schoolWithCyd()
  tables['users'] = tables['users']!.map((row) =>
    row['sourcedId'] === 'bob' ? { ...row, email: 'cydwina.o@example.edu', givenName: 'Bob\u001b[31m' } : row
  )
  const world = await peopleWorld(t, tables)
  const before = await world.books()
  for (const [text, status, said] of [
    ['nobody@example.edu', 1, /No person is stored with .*"nobody@example.edu"/],
    ["' OR 1=1 --", 1, /No person is stored/],
    ['\u001b[2J', 1, /No person is stored/],
    ['%', 1, /No person is stored/],
    ['', 2, /PERSON is blank/],
    ['ted', 1, /This person teaches Physics \(course \d+\)\. Only students can be erased/],
  ] as const) {
    const answer = await world.run(['student', 'erase', text, '--yes'])
    t.match(answer, { status, stderr: said }, JSON.stringify(text))
    t.notOk(answer.stderr.includes('\u001b'))
  }
  const several = await world.run(['student', 'erase', 'cydwina.o@example.edu', '--yes'])
  t.match(several, { status: 1, stderr: /2 people match\. Give the source id of one of them/ })
  t.match(several.stderr, /bob .*u-cyd-77/s)
  t.notOk(several.stderr.includes('\u001b'))
  t.strictSame(await world.books(), before, 'nothing has changed')
  t.strictSame(world.sql('SELECT * FROM erased_people'), [])
})

t.test('an e-mail that a brother has as well does not leave him out of a later import', async (t) => {
  const tables = schoolWithCyd()
  tables['users'] = tables['users']!.map((row) =>
    row['sourcedId'] === 'bob' ? { ...row, email: 'cydwina.o@example.edu' } : row
  )
  const world = await peopleWorld(t, tables)
  const erased = await world.run(['student', 'erase', 'u-cyd-77', '--yes'])
  t.match(erased, { status: 0, stderr: /Possibly the same person.*bob {2}in Physics/s })
  const summary = await world.take(tables)
  t.match(
    summary.warnings.filter(({ code }) => code === 'erased_person'),
    [{ count: 1 }]
  )
  t.match(
    (await world.books())[0]!.students.map(({ who, isDropped }) => [who, isDropped]),
    [
      ['Ann Lee', false],
      ['Bob Ng', false],
    ]
  )
})

t.test('one source id of two people: --course says which', async (t) => {
  const world = await peopleWorld(t, null)
  const document = (course: string, last: string, id: string) =>
    JSON.stringify({
      format: 'performance-book/1',
      course: { source_id: course, name: course },
      students: [{ source_id: 's1', first_name: 'Lou', last_name: last, student_identifier: id }],
      tasks: [{ source_id: 't', title: 'T', points_possible: 10 }],
      results: [{ student: 's1', task: 't', points: 5 }],
    })
  for (const [course, last, id] of [
    ['one', 'Unoz', '1001'],
    ['two', 'Duoz', '2002'],
  ] as const) {
    writeFileSync(join(world.folder, `${course}.json`), document(course, last, id))
    t.match(await world.import(join(world.folder, `${course}.json`)), { ok: true })
  }
  t.match(await world.run(['student', 'erase', 's1', '--yes']), {
    status: 1,
    stderr: /Choose one with --course ID/,
  })
  t.match(await world.run(['student', 'erase', 's1', '--course', '2', '--yes']), { status: 0 })
  t.notMatch(world.bytes(), /Duoz/)
  t.match(world.bytes(), /Unoz/)
  const one = await world.import(join(world.folder, 'one.json'))
  const two = await world.import(join(world.folder, 'two.json'))
  t.match(one, { ok: true, summary: { warnings: [] } }, 'the other "s1" is someone else')
  t.match(two, { ok: true, summary: { warnings: [{ code: 'erased_person', count: 1 }] } })
  t.strictSame(
    (await world.books()).map((book) => book.students.map(({ who }) => who)),
    [['Lou Unoz'], []]
  )
})

t.test('jobs that may have read the person start again; pseudonyms of others stay', async (t) => {
  const world = await peopleWorld(t)
  const [physics, art] = await world.books()
  const courses = [physics!.id, art!.id]
  world.sql(`INSERT INTO pseudonyms (student_id, course_id, pseudonym)
    SELECT id, course_id, 'S-' || id FROM students`)
  const pseudonyms = () => world.sql('SELECT student_id, pseudonym FROM pseudonyms ORDER BY student_id')
  const others = pseudonyms().filter(({ student_id: id }) => world.sql(
    "SELECT 1 FROM students WHERE id = ? AND source_id = 'u-cyd-77'", id
  ).length === 0)
  for (const kind of ['performance-export', 'fill-in', 'import']) {
    for (const id of courses) {
      world.sql(`INSERT INTO jobs (kind, state, "key", payload, run_after, created_at, started_at, attempts,
        owner_type, owner_id) VALUES (?, 'started', ?, '{}', 0, 1, 1, 1, 'course', ?)`,
      kind, `${kind}:${id}`, id)
    }
  }
  t.match(await world.run(['student', 'erase', 'u-cyd-77', '--yes']), { status: 0 })
  t.strictSame(pseudonyms(), others)
  t.strictSame(world.sql('SELECT kind, state, attempts FROM jobs ORDER BY id'), [
    ...courses.map(() => ({ kind: 'performance-export', state: 'queued', attempts: 0 })),
    ...courses.map(() => ({ kind: 'fill-in', state: 'queued', attempts: 0 })),
    ...courses.map(() => ({ kind: 'import', state: 'started', attempts: 1 })),
  ])
})
