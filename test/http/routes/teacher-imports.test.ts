// A teacher's import against the whole service: who may sign in, who teaches, whom a teacher sees, and what
// is noted.
import t from 'tap'
import {
  enrollment,
  result,
  user,
} from '../../imports/bundles.ts'
import { ADMIN } from '../../support/test-service.ts'
import { TED, startDistrict, entries } from './district.ts'

t.test('a sourcedId of another course shows no one and gets the same answer as an unknown one', async (t) => {
  const service = await startDistrict(t)
  for (const id of ['dan', 'xan']) {
    const answer = await service.take(
      '/api/courses/1/imports',
      { enrollments: [enrollment('e-x', 'p1', id)] },
      { token: service.ted }
    )
    const text = JSON.stringify(answer)
    t.notMatch(text, /Secret|0099|Music|Una|c9/)
    t.notMatch(
      (await service.call('GET', '/api/courses/1/performance', { token: service.ted })).text,
      /Secret|0099|dan/
    )
  }
  const answers: string[] = []
  for (const id of ['li-p9', 'li-p0']) {
    const {
      warnings,
      summary,
      errors,
    } = await service.take('/api/courses/1/imports', { results: [result('r-x', id, 'dan', 1)] }, {
      token: service.ted,
    })
    answers.push(JSON.stringify({ warnings, summary, errors }).replaceAll(id, 'li'))
  }
  t.equal(answers[0], answers[1])
  t.notMatch(answers[0]!, /Secret|0099|Music|Una|Song/)
})

t.test("a teacher's import changes no teachers; the audit log says what an import changed", async (t) => {
  const service = await startDistrict(t)
  const teachers = async () =>
    await service.services.db.reads.selectFrom('course_teachers').select([
      'course_id',
      'email_key',
    ]).orderBy('id').execute()
  const before = await teachers()
  const file = {
    users: [user('spy', 'The', 'Spy', '')],
    enrollments: [
      enrollment('e-spy', 'p1', 'spy', 'teacher'),
      enrollment('e-t2', 'p2', 'ted', 'teacher', { status: 'tobedeleted' }),
    ],
    results: [result('r1', 'li1-p1', 'ann', 3)],
  }
  const done = await service.take('/api/courses/1/imports', file, { token: service.ted })
  t.match(done, {
    status: 'succeeded',
    summary: { scores: { updated: 1 } },
    warnings: [{ code: 'left_out', count: 3 }],
  })
  t.strictSame(await teachers(), before)
  const refused = await service.take(
    '/api/courses/1/imports',
    { results: [result('r1', 'li1-p1', 'ann', 'seven')] },
    { token: service.ted }
  )
  t.match(refused, { status: 'failed' })

  const actors = new Map(
    (await service.call(
      'GET',
      '/api/users'
    )).json().map((one: { email: string, id: number }) => [
      one.email,
      one.id,
    ])
  )
  const noted = (await entries(service, 'import.run')).map(({
    outcome,
    user_id: userId,
    via,
    subject,
  }) => ({ outcome, userId, via, subject }))
  t.strictSame(noted, [
    {
      outcome: 'refused',
      userId: actors.get(TED),
      via: 'token',
      subject: `course 1, job ${refused.id}, changed: nothing`,
    },
    {
      outcome: 'done',
      userId: actors.get(TED),
      via: 'token',
      subject: `course 1, job ${done.id}, changed: 1 course, 0 students, 1 score`,
    },
    {
      outcome: 'done',
      userId: actors.get(ADMIN),
      via: 'token',
      subject: 'job 1, changed: 2 courses, 4 students, 4 scores',
    },
  ])
})
