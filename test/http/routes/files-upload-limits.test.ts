import { connect } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { listenRaw, readAll } from '../../support/raw-request.ts'
import { startTestService, type TestService } from '../../support/test-service.ts'
import { upload as uploadImport } from './import-upload.ts'
import { BOUNDARY, type Part, form, pdf, category, upload, left, staged } from './upload-form.ts'

t.test('quota and disk', async (t) => {
  const service = await startTestService(t, { courses: [{}], settings: { OWNER_QUOTA_BYTES: '100' } })
  t.equal((await upload(service, [category, pdf('x'.repeat(55))])).status, 201)
  t.match((await upload(service, [category, pdf('x'.repeat(55))])).json, {
    statusCode: 409,
    code: 'FILE_QUOTA_EXCEEDED',
    message: /^60 bytes of 100 bytes are in use/,
  })
  t.equal((await upload(service, [category, pdf('x'.repeat(35))])).status, 201)
  t.match((await upload(service, Buffer.from('not even read'))).json, {
    statusCode: 409,
    code: 'FILE_QUOTA_EXCEEDED',
  })
  t.strictSame(await left(service), { kept: 2, staged: [] })
  const full = await startTestService(t, { courses: [{}], settings: { MIN_FREE_BYTES: String(2 ** 52) } })
  t.match((await upload(full, [category, pdf('x')])).json, { statusCode: 507, code: 'DISK_LOW' })
})

t.test('a disk that fills up midway is also a 507', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  service.services.files.store = async () => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'write' })
  }
  t.match((await upload(service, [category, pdf('x')])).json, { statusCode: 507, code: 'DISK_LOW' })
  t.strictSame(await left(service), { kept: 0, staged: [] })
})

t.test('two uploads at once cannot pass the quota', async (t) => {
  const service = await startTestService(t, { courses: [{}], settings: { OWNER_QUOTA_BYTES: '100' } })
  const answers = await Promise.all(Array.from(
    { length: 6 },
    () => upload(service, [category, pdf('x'.repeat(35))])
  ))
  t.strictSame(answers.map(({ status }) => status).sort(), [201, 201, 409, 409, 409, 409])
  t.strictSame(await left(service), { kept: 2, staged: [] })
})

/** Deletes the course when its next upload is stored. */
function deleteAtUpload ({ services: { files, courses }, courseIds }: TestService): void {
  const store = files.store
  files.store = async (...call) => {
    await courses.delete(courseIds[0]!)
    return await store(...call)
  }
}

t.test('a course that is deleted while a file is uploaded to it', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  deleteAtUpload(service)
  t.equal((await upload(service, [category, pdf('x')])).json.code, 'COURSE_NOT_FOUND')
  t.strictSame(await left(service), { kept: 0, staged: [] })
})

t.test('a course that is deleted while an import into it is uploaded', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  deleteAtUpload(service)
  const path = `/api/courses/${service.courseIds[0]}/imports`
  const answer = await uploadImport(service, path, { name: 'scores.csv', bytes: 'Student,Task\nAnn,5\n' })
  t.match(answer, { status: 404, json: { code: 'COURSE_NOT_FOUND' } })
  t.strictSame(await left(service), { kept: 0, staged: [] })
  t.strictSame(await service.services.queue.list({ limit: 1 }), [])
})

t.test('deleting a course deletes its files', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const made = await upload(service, [category, pdf('x')])
  t.equal((await service.call('DELETE', `/api/courses/${service.courseIds[0]}`)).status, 204)
  t.equal((await service.call('GET', new URL(made.json.url).pathname)).status, 404)
  t.strictSame(await left(service), { kept: 0, staged: [] })
})

t.test('a client that disconnects midway leaves nothing', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const { port } = await listenRaw(service)
  const body = form([category, pdf(Buffer.alloc(500_000))])
  const socket = connect(port, '127.0.0.1')
  socket.write(
    `POST /api/courses/${
      service.courseIds[0]
    }/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${await service.token(
      'admin'
    )}\r\ncontent-type: multipart/form-data; boundary=${BOUNDARY}\r\ncontent-length: ${body.length}\r\n\r\n`
  )
  socket.write(body.subarray(0, 300_000))
  while (staged(service).length === 0) await nextTurn()
  socket.destroy()
  while (staged(service).length > 0) await nextTurn()
  t.strictSame(await left(service), { kept: 0, staged: [] })
})

t.test('an early answer to a large form reaches a client that sends all of it first', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const { port } = await listenRaw(service)
  const token = await service.token('admin')
  const socket = connect(port, '127.0.0.1')
  const send = async (parts: Part[], connection: string) => {
    const body = form(parts)
    socket.write(
      `POST /api/courses/${
        service.courseIds[0]
      }/files HTTP/1.1\r\nhost: x\r\nconnection: ${connection}\r\n` +
        `authorization: Bearer ${token}\r\ncontent-type: multipart/form-data; boundary=${BOUNDARY}\r\n` +
        `content-length: ${body.length}\r\n\r\n`
    )
    // Until all of it is taken.
    await new Promise((resolve) => socket.write(body, resolve))
  }
  const all = readAll(socket)
  await send([{ ...pdf(Buffer.alloc(8_000_000)), type: 'text/html' }, category], 'keep-alive')
  await send([category, pdf('x')], 'close')
  const answers = (await all).toString()
  t.strictSame(Array.from(answers.matchAll(/HTTP\/1.1 (\d+) /g), ([, status]) => status), ['415', '201'])
})
