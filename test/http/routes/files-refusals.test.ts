// Guessing reveals nothing: everything that is not there has one answer.
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { newHex } from '../../contracts/file-storage.contract.ts'
import { listenRaw, type RawAnswer } from '../../support/raw-request.ts'
import { storeFile } from '../../support/stored-file.ts'
import { startTestService, TEACHER, type TestService } from '../../support/test-service.ts'

/** A response without its date. */
function shown ({ status, headers: { date, ...headers }, body }: RawAnswer) {
  return { status, headers, body: body.toString() }
}

async function withFiles (service: TestService) {
  const { filesFolder } = service.services.config
  const file = await storeFile(service, 'content', { filename: 'notes 1.txt' })
  const on = (hex: string, name: string) => join(filesFolder, hex, name)
  const [lost, short, linked, folder, behindLink, gone] = [
    await storeFile(service, 'lost'),
    await storeFile(service, 'shorter'),
    await storeFile(service, 'linked'),
    await storeFile(service, 'folder'),
    await storeFile(service, 'behind'),
    await storeFile(service, 'gone'),
  ]
  rmSync(on(lost.hex, 'a.bin'))
  truncateSync(on(short.hex, 'a.bin'), 3)
  writeFileSync(join(filesFolder, '..', 'secret'), 'linked')
  rmSync(on(linked.hex, 'a.bin'))
  symlinkSync(join(filesFolder, '..', 'secret'), on(linked.hex, 'a.bin'))
  rmSync(on(folder.hex, 'a.bin'))
  mkdirSync(on(folder.hex, 'a.bin'))
  renameSync(dirname(on(behindLink.hex, 'a.bin')), join(filesFolder, '..', 'moved'))
  symlinkSync(join(filesFolder, '..', 'moved'), dirname(on(behindLink.hex, 'a.bin')))
  await service.services.files.delete([gone.id])
  // Things on the disk that no row knows.
  const unknown = newHex()
  mkdirSync(join(filesFolder, unknown))
  writeFileSync(on(unknown, 'a.bin'), 'unknown')
  writeFileSync(on(unknown, '.hidden'), 'hidden')
  writeFileSync(on(file.hex, '.hidden'), 'hidden')
  writeFileSync(on(file.hex, 'beside.txt'), 'beside')
  writeFileSync(join(filesFolder, 'top.txt'), 'top')
  return { file, lost, short, linked, folder, behindLink, gone, unknown }
}

const WRONG = (files: Awaited<ReturnType<typeof withFiles>>): string[] => {
  const { file, lost, short, linked, folder, behindLink, gone, unknown } = files
  const good = `/files/${file.hex}`
  return [
    `/files/${newHex()}/notes%201.txt`,
    `/files/${file.hex.toUpperCase()}/notes%201.txt`,
    `/files/${file.hex.slice(1)}/notes%201.txt`,
    `/files/${file.hex}0/notes%201.txt`,
    `${good}/notes 1.txt`.replace(' ', '+'),
    `${good}/notes%202.txt`,
    `${good}/NOTES%201.txt`,
    `${good}/notes%201.txt/`,
    `${good}/notes%201.txt%00`,
    `${good}/notes%201.txt%00.png`,
    `${good}//notes%201.txt`,
    `${good}/./notes%201.txt`,
    `${good}/x/../notes%201.txt`,
    `${good}%2fnotes%201.txt`,
    `${good}%5cnotes%201.txt`,
    `${good}/..%2f${file.hex}%2fnotes%201.txt`,
    `${good}/%2e%2e/${file.hex}/notes%201.txt`,
    `${good}/beside.txt`,
    `${good}/.hidden`,
    `${good}/`,
    good,
    '/files/',
    '/files',
    '/files/?list',
    '/files/top.txt',
    '/files//',
    '/files/..',
    '/files/../perfbook.sqlite',
    '/files/%2e%2e/perfbook.sqlite',
    '/files/..%2fperfbook.sqlite',
    '/files/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '/files/../../../../../../etc/passwd',
    '/files/..%5c..%5cperfbook.sqlite',
    '/files/..%c0%afperfbook.sqlite',
    '/files/%252e%252e/perfbook.sqlite',
    `/files/${unknown}/a.bin`,
    `/files/${unknown}/.hidden`,
    `/files/${unknown}/`,
    ...[lost, short, linked, folder, behindLink, gone].map(({ path }) => path),
    '/files/%',
    '/files/%zz',
    '/files/%zz/%zz',
    `${good}/%`,
    `${good}/%e9t%e9`,
    `${good}/${'a'.repeat(3000)}`,
    `/files/${'a'.repeat(3000)}/a`,
    `/files/${'%2e'.repeat(800)}/a`,
    `${good}/${'a/'.repeat(500)}`,
  ]
}

t.test('one and the same 404, to the byte, however it is asked', async (t) => {
  const service = await startTestService(t, { courses: [{}], onDisk: true })
  const files = await withFiles(service)
  const raw = await listenRaw(service)
  t.equal((await raw.request('GET', files.file.path)).body.toString(), 'content')
  const expected = shown(await raw.request('GET', `/files/${newHex()}/a`))
  t.equal(expected.status, 404)
  t.strictSame(JSON.parse(expected.body), {
    statusCode: 404,
    code: 'FILE_NOT_FOUND',
    error: 'Not Found',
    message: 'There is no such file.',
  })
  for (const name of ['etag', 'content-disposition', 'accept-ranges', 'x-robots-tag']) {
    t.notOk(name in expected.headers, name)
  }
  for (const path of WRONG(files)) {
    t.strictSame(shown(await raw.request('GET', path)), expected, path.slice(0, 100))
    const head = shown(await raw.request('HEAD', path))
    t.strictSame(head, { ...expected, body: '' }, `HEAD ${path.slice(0, 100)}`)
  }
})

t.test('a condition or a range reveals nothing more', async (t) => {
  const service = await startTestService(t, { courses: [{}], onDisk: true })
  const { lost, gone } = await withFiles(service)
  const raw = await listenRaw(service)
  const expected = shown(await raw.request('GET', `/files/${newHex()}/a`))
  for (const { path, sha256 } of [lost, gone]) {
    for (
      const [name, value] of [['if-none-match', `"${sha256}"`], ['if-none-match', '*'], ['if-match', '"x"'], [
        'range',
        'bytes=0-1',
      ], ['range', 'bytes=900-']] as const
    ) {
      t.strictSame(shown(await raw.request('GET', path, { [name]: value })), expected)
    }
  }
})

t.test('only GET and HEAD', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const file = await storeFile(service, 'content')
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'] as const) {
    t.match(
      (await service.call(method, file.path)).json(),
      { statusCode: 404, code: 'FILE_NOT_FOUND' },
      method
    )
  }
  t.equal((await service.call('GET', file.path, { token: null })).text, 'content')
})

t.test('a file that goes while it is about to be sent is the same 404', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const file = await storeFile(service, 'content')
  const raw = await listenRaw(service)
  const expected = shown(await raw.request('GET', `/files/${newHex()}/a`))
  const { files } = service.services
  const find = files.find
  files.find = async (hex) => {
    const row = await find(hex)
    if (row !== undefined) await files.delete([row.id])
    return row
  }
  t.strictSame(shown(await raw.request('GET', file.path)), expected)
})

t.test('under a path of its own, and with front ends elsewhere', async (t) => {
  const service = await startTestService(t, {
    courses: [{}],
    settings: { PUBLIC_URL: 'https://school.example/books', CORS_ORIGINS: 'https://front.example' },
  })
  const file = await storeFile(service, 'content')
  const raw = await listenRaw(service)
  t.equal((await raw.request('GET', `/books${file.path}`)).body.toString(), 'content')
  t.equal(
    (await raw.request('GET', file.path)).body.toString(),
    'content',
    'behind a proxy that takes the path away'
  )
  for (
    const path of ['/books/files/%zz', '/books/files/', `/books/files/${newHex()}/a`, '/books/files/../x']
  ) {
    t.match(JSON.parse((await raw.request('GET', path)).body.toString()), { code: 'FILE_NOT_FOUND' }, path)
  }
  const shared = await raw.request('GET', file.path, { origin: 'https://front.example' })
  t.equal(shared.headers['access-control-allow-origin'], 'https://front.example')
})

t.test('FILE_ACCESS=session', async (t) => {
  const service = await startTestService(t, {
    courses: [{ sourceId: 'a', teachers: [{ email: TEACHER }] }, { sourceId: 'b' }],
    settings: { FILE_ACCESS: 'session' },
  })
  const mine = await storeFile(service, 'mine')
  const theirs = await storeFile(service, 'theirs', { owner: { type: 'course', id: service.courseIds[1]! } })
  const users = await storeFile(service, "a user's", { owner: { type: 'user', id: 1 } })
  const expired = await storeFile(service, 'old', { expiresAt: 1 })
  const [teacher, admin, student] = [
    await service.token('teacher'),
    await service.token('admin'),
    await service.token('student'),
  ]
  const narrow = await service.token('teacher', { scopes: ['export'] })
  const status = async (token: string | null, path: string) =>
    (await service.call('GET', path, { token })).status
  const missing = (await service.call('GET', `/files/${newHex()}/a`, { token: teacher })).text

  t.equal(await status(teacher, mine.path), 200)
  t.equal((await service.call('HEAD', mine.path, { token: teacher })).status, 200)
  for (const file of [mine, theirs, users]) t.equal(await status(admin, file.path), 200)
  for (const [token, file] of [[teacher, theirs], [teacher, users], [student, mine]] as const) {
    const answer = await service.call('GET', file.path, { token })
    t.equal(answer.text, missing, 'not entitled: the same 404')
  }
  t.equal(await status(teacher, expired.path), 410)
  t.equal(await status(student, expired.path), 404)
  t.equal((await service.call('GET', mine.path, { token: narrow })).json().code, 'INSUFFICIENT_SCOPE')
  t.equal(await status(narrow, theirs.path), 404)

  for (const path of [mine.path, theirs.path, `/files/${newHex()}/a`, '/files/', '/files/..%2fx']) {
    for (const token of [null, 'pb_wrong']) {
      const answer = await service.call('GET', path, { token })
      t.equal(answer.json().code, 'UNAUTHENTICATED', path)
      t.equal(answer.headers['www-authenticate'], 'Bearer')
    }
  }
})
