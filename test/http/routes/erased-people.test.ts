// A person is erased by the command line beside a running service; what the service does next knows nothing
// of them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createWorkerPool } from '../../../src/jobs/worker-pool.ts'
import { TASKS_FILE } from '../../../src/program-files.ts'
import { perfbook } from '../../support/cli.ts'
import { commandEnv, startTestService, type TestService } from '../../support/test-service.ts'
import type { JobTasks } from '../../../workers/task-map.ts'

const PHYSICS = readFileSync(join(import.meta.dirname, '../../../data/sample/physics-1.json'))
const TEACHER = 'elena.marquez@example.edu'

async function upload (
  service: TestService,
  path: string,
  fields: Record<string, string> = {},
  token?: string
) {
  const form = new FormData()
  form.set('file', new File([PHYSICS], 'physics.json'))
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  const body = new Response(form)
  const response = await service.server.inject({
    method: 'POST',
    url: path,
    headers: {
      'content-type': body.headers.get('content-type')!,
      authorization: `Bearer ${token ?? (await service.token('admin'))}`,
    },
    payload: Buffer.from(await body.arrayBuffer()),
  })
  const { id, code, message } = response.json() as { id: number, code: string, message: string }
  if (response.statusCode !== 202) return { status: response.statusCode, code, message }
  await service.services.runner.drain()
  return (await service.call('GET', `/api/imports/${id}`)).json()
}

interface Student {
  source_id: string
  name: string
  last_name: string
}
const studentsOf = async (service: TestService): Promise<Student[]> =>
  (await service.call('GET', '/api/courses/1/performance')).json().students

t.test('beside a running service', async (t) => {
  const service = await startTestService(t)
  t.match(await upload(service, '/api/imports'), { status: 'succeeded' })
  const [who, ...others] = await studentsOf(service)
  const dataDir = service.services.config.DATA_DIR
  t.match(await perfbook(dataDir, ['student', 'erase', who!.source_id, '--yes'], {
    env: commandEnv(service),
  }), { status: 0 })
  t.strictSame(
    (await studentsOf(service)).map((student) => student.source_id),
    others.map((student) => student.source_id),
    'the next page is without them'
  )

  const again = await upload(service, '/api/imports')
  t.match(again, {
    status: 'succeeded',
    summary: { students: { added: 0 } },
    warnings: [{
      code: 'erased_person',
      count: 1,
      message: /use the field allow_erased \(in/,
    }],
  })
  t.notMatch(JSON.stringify(again), new RegExp(who!.last_name))
  const teacher = await service.token('teacher', { email: TEACHER })
  t.match(
    await upload(service, '/api/courses/1/imports', {}, teacher),
    {
      warnings: [{
        code: 'erased_person',
        count: 1,
        message: /; ask an administrator to let them back in \(/,
      }],
    },
    "a teacher's import"
  )
  t.match(
    await upload(service, '/api/courses/1/imports', { allow_erased: 'true' }, teacher),
    { status: 400, code: 'VALIDATION_FAILED', message: /allow_erased/ },
    'and a teacher may not allow it'
  )
  t.match(await upload(service, '/api/imports', { allow_erased: 'maybe' }), {
    status: 400,
    message: /allow_erased: must be true or false/,
  })
  t.equal((await studentsOf(service)).length, others.length)
  t.match(await upload(service, '/api/imports', { allow_erased: 'true' }), {
    status: 'succeeded',
    summary: { students: { added: 1 } },
    warnings: [],
  })
  t.equal((await studentsOf(service)).length, others.length + 1)
})

t.test('an export that has read the person already is made again without them', async (t) => {
  const pool = createWorkerPool<JobTasks>({ tasksFile: TASKS_FILE, threads: 2, memoryMb: 256 })
  let afterWriting = async () => {}
  const service = await startTestService(t, {
    jobPool: {
      ...pool,
      async run (task, input, options) {
        const outcome = await pool.run(task, input, options)
        if (task === 'performanceExport') await afterWriting()
        return outcome
      },
    },
  })
  await upload(service, '/api/imports')
  const [who, ...others] = await studentsOf(service)
  afterWriting = async () => {
    afterWriting = async () => {}
    t.match(await perfbook(service.services.config.DATA_DIR, ['student', 'erase', who!.source_id, '--yes'], {
      env: commandEnv(service),
    }), {
      status: 0,
    })
  }
  const { id } = (await service.call('POST', '/api/courses/1/performance/export')).json()
  await service.services.runner.drain()
  const [job] = await service.services.db.reads.selectFrom('jobs').selectAll().where('id', '=', id).execute()
  t.match(job, { state: 'succeeded' })
  t.match(JSON.parse(job!.result!), { students: others.length })
  t.equal((await service.call('GET', '/api/courses/1/performance/exports')).json().length, 1)
  const attempts = await service.services.db.reads
    .selectFrom('job_attempts')
    .selectAll()
    .where('job_id', '=', id)
    .orderBy('id')
    .execute()
  t.strictSame(
    attempts.map(({ outcome }) => outcome),
    ['stopped', 'succeeded']
  )
  t.strictSame(
    await service.services.db.reads.selectFrom('file_intents').selectAll().execute(),
    [],
    'the bytes of the first are gone'
  )
})
