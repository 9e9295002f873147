// `perfbook copy --to-files` is killed again and again while it uploads and compares files. Each run
// continues, and in the end every file is in the store once, without parts of unfinished uploads.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import { perfbook } from '../support/cli.ts'
import { fillFolder } from '../support/filled-folder.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'
import { MAIN } from '../support/program.ts'
import { clientAt, keysIn, needsSwift, startSwift, storeOf } from '../support/swift.ts'
import { databaseEnv } from '../support/test-database.ts'
import { testFolder } from '../support/test-folder.ts'
import { within } from '../support/until.ts'

const { skip: noSwift } = needsSwift()
/** More than one part. */
const LARGE_BYTES = 8 * 1024 ** 2 + 1000
const FILES = 12

interface Moment {
  name: string
  isIt: (asked: string) => boolean
  /** When it dies: with half of the body sent, or after the store has answered but before that arrives. */
  when: 'half' | 'answered'
}

const isUpload = (asked: string) => /^PUT \S+\/files\/\w+(?:\?x-id=PutObject)?$/.test(asked)
const MOMENTS: Moment[] = [
  { name: 'a small file is stored', isIt: isUpload, when: 'answered' },
  { name: 'half of a part is sent', isIt: (asked) => /^PUT \S+partNumber=1&/.test(asked), when: 'half' },
  { name: 'a part is stored', isIt: (asked) => /^PUT \S+partNumber=1&/.test(asked), when: 'answered' },
  { name: 'the parts are combined', isIt: (asked) => /^POST \S+uploadId=/.test(asked), when: 'answered' },
  { name: 'files are compared', isIt: (asked) => /^GET \S+\/files\/\w+/.test(asked), when: 'answered' },
]

/** Passes requests on to the store, and calls `kill` at the moment that `set` names. */
async function startStoreProxy (t: Test, endpoint: string) {
  const { hostname, port: storePort } = new URL(endpoint)
  let next: { moment: Moment, kill: () => void } | undefined
  /** Every request that the store has answered. */
  const answered: string[] = []
  const server = createServer((incoming, response) => {
    const asked = `${incoming.method} ${incoming.url}`
    const kill = next?.moment.isIt(asked) === true ? next.kill : undefined
    const when = next?.moment.when
    if (kill !== undefined) next = undefined
    const { expect, ...headers } = incoming.headers
    const { method, url: path } = incoming
    const passed = request({ hostname, port: storePort, method, path, headers, agent: false })
    let isAnswered = false
    // Swift sends a body after some answers to HEAD, which must have none.
    passed.on('error', () => { if (!isAnswered) response.destroy() })
    response.on('close', () => { passed.destroy() })
    incoming.on('data', (chunk: Buffer) => {
      passed.write(chunk)
      if (when === 'half') kill?.()
    })
    incoming.on('end', () => { passed.end() })
    passed.on('response', (answer: IncomingMessage) => {
      isAnswered = true
      answered.push(asked)
      if (when === 'answered' && kill !== undefined) {
        kill()
        return
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.on('error', () => { response.destroy() }).pipe(response)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered,
    set (moment: Moment, kill: () => void) { next = { moment, kill } },
  }
}

t.test('killed during uploads', { skip: noPostgres === false ? noSwift : noPostgres }, async (t) => {
  const { folder, files } = await fillFolder(join(testFolder(t), 'data'), {
    files: FILES, firstBytes: LARGE_BYTES,
  })
  const swift = await startSwift(t)
  const settings = await swift.settings('books')
  const store = await startStoreProxy(t, swift.endpoint)
  const target = await testPostgres(t)
  const env: Record<string, string> = {
    ...settings,
    S3_ENDPOINT: store.endpoint,
    AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID ?? '',
    AWS_SECRET_ACCESS_KEY: process.env.AWS_SECRET_ACCESS_KEY ?? '',
  }
  const args = [
    'copy', '--data-dir', folder, '--to-database', databaseEnv(target).DATABASE_URL ?? '',
    '--to-files', settings.FILES_URL ?? '',
  ]
  for (const moment of MOMENTS) {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
    store.set(moment, () => { child.kill('SIGKILL') })
    const [, signal] = await within(`the copy ends as ${moment.name}`, once(child, 'exit'))
    t.equal(signal, 'SIGKILL', `${moment.name}: ${stderr}`)
  }
  const combined = store.answered.filter((asked) => asked.startsWith('POST') && asked.includes('uploadId='))
  t.equal(combined.length, 1, 'an object that no row named yet was not uploaded again')

  t.match(await perfbook(folder, args, { env }), { status: 0, stderr: /^Copied and compared .* 12 files/ })
  t.match(await perfbook(folder, args, { env }), { status: 0, stderr: /^Everything is there already/ })
  const keys = (await keysIn(storeOf(settings))).filter((key) => !key.startsWith('books/installation/'))
  t.equal(keys.length, files.size, 'one object for each file')
  const location = storeOf(settings)
  const { Uploads = [] } = await clientAt(location.endpoint).send(
    new ListMultipartUploadsCommand({ Bucket: location.bucket })
  )
  t.strictSame(Uploads, [])
})
