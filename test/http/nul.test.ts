// PostgreSQL stores no text with a NUL character. SQLite would; both answer alike.
import t from 'tap'
import { startTestService, TEACHER } from '../support/test-service.ts'
import { pdf, upload } from './routes/upload-form.ts'

t.test('a NUL character in a request is refused', async (t) => {
  const service = await startTestService(t, { courses: [{ teachers: [{ email: TEACHER }] }] })
  const refused = async (field: string, method: 'GET' | 'POST', path: string, body?: object) => {
    const { status, json } = await service.call(method, path, { body })
    t.match({ status, ...json() }, {
      status: 400, code: 'VALIDATION_FAILED', message: `${field}: must not contain a NUL character`,
    })
  }
  await refused('source_id', 'GET', '/api/courses?source_id=%00')
  await refused('kind', 'GET', '/api/jobs?kind=import%00')
  await refused('action', 'GET', '/api/audit?action=%00')
  await refused('email', 'POST', '/api/users', { email: 'a\0@example.edu', role: 'teacher' })
  await refused('last_name', 'POST', '/api/users', {
    email: 'a@example.edu', role: 'teacher', last_name: 'A\0mes',
  })
  const { status, json } = await upload(service, [{ name: 'category', value: 'a\0' }, pdf('')])
  t.match({ status, ...json }, { status: 400, message: 'category: must not contain a NUL character' })
})

t.test('an address with a NUL character names nothing; a name of a file goes without', async (t) => {
  const service = await startTestService(t, { courses: [{ teachers: [{ email: TEACHER }] }] })
  for (const path of ['/api/courses/1%00', '/api/jobs/%00', '/files/%00/%00', '/%00']) {
    t.equal((await service.call('GET', path)).status, 404)
  }
  const made = await upload(service, [{ name: 'category', value: 'notes' }, pdf('', 'a\0b.pdf')])
  t.match(made, { status: 201, json: { filename: 'ab.pdf' } })
})
