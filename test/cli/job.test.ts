import { readdirSync } from 'node:fs'
import t from 'tap'
import { LOOK_EVERY_MS } from '../../src/jobs/delivery/delivery.ts'
import { perfbook } from '../support/cli.ts'
import { createTestClock } from '../support/clock.ts'
import { createGate } from '../support/gate.ts'
import { createHeldPool } from '../support/held-pool.ts'
import { startTestService } from '../support/test-service.ts'

const COURSE = { name: 'Physics', tasks: [{ title: 'HW 1' }], students: [{ lastName: 'Ames', cells: [0.7] }] }

t.test('cancel reaches the server that runs the job, and the administrator sees why it ended', async (t) => {
  const [gate, clock] = [createGate(), createTestClock()]
  const { services, call, courseIds } = await startTestService(t, {
    courses: [COURSE],
    clock,
    jobPool: createHeldPool(gate, { threads: 1 }),
  })
  const { DATA_DIR: folder, stagingFolder } = services.config
  const job = (...args: string[]) => perfbook(folder, ['job', ...args])
  const { id } = (await call('POST', `/api/courses/${courseIds[0]}/performance/export`)).json()
  await gate.arrived()
  t.match(JSON.parse((await job('list', '--json', '--status', 'started')).stdout), [{
    id,
    kind: 'performance-export',
    status: 'started',
    attempts: 1,
    finished_at: null,
    error: null,
  }])

  t.match(await job('cancel', String(id)), { status: 0, stdout: '', stderr: /canceled/ })
  clock.advance(LOOK_EVERY_MS)
  await services.runner.drain()
  t.strictSame(readdirSync(stagingFolder), [], 'the thread was ended')
  t.match(JSON.parse((await job('show', String(id))).stdout), {
    id,
    status: 'canceled',
    attempt_log: [{ attempt: 1, outcome: 'canceled', error: null }],
  })
  t.match(await job('cancel', String(id)), { status: 1, stderr: /has already ended: it was canceled/ })

  gate.open()
  t.match(await job('retry', String(id)), { status: 0, stderr: /is queued again/ })
  t.match(await job('retry', String(id)), {
    status: 1,
    stderr: /is queued. Only a failed or canceled job/,
  })
  clock.advance(LOOK_EVERY_MS)
  await services.runner.drain()
  t.match(JSON.parse((await job('show', String(id))).stdout), {
    status: 'succeeded',
    attempt_log: [{ outcome: 'canceled' }, { outcome: 'succeeded' }],
  })
  t.match(await job('cancel', String(id)), { status: 1, stderr: /it succeeded/ })
})

t.test('the list for people, and an unknown job', async (t) => {
  const { services, call, courseIds } = await startTestService(t, { courses: [COURSE], withoutRunner: true })
  const job = (...args: string[]) => perfbook(services.config.DATA_DIR, ['job', ...args])
  t.equal((await job('list')).stdout, 'ID  KIND  STATUS  ATTEMPTS  CREATED  ERROR\n')
  await call('POST', `/api/courses/${courseIds[0]}/performance/export`)
  await call('POST', `/api/courses/${courseIds[0]}/performance/export`, { body: { sheets: 'period' } })
  t.match(
    (await job('list')).stdout,
    /^ID .*\n2 +performance-export +queued +0 +\S+Z\n1 +performance-export +queued +0 +\S+Z\n$/,
    'newest first'
  )
  t.equal((await job('list', '--limit', '1')).stdout.split('\n').length, 3)
  for (const command of ['show', 'retry', 'cancel']) {
    t.match(await job(command, '99'), { status: 1, stdout: '', stderr: /There is no job with id 99/ })
    t.match(await job(command, 'x'), { status: 2 })
  }
})
