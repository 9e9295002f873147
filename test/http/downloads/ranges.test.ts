import t from 'tap'
import { byteRange } from '../../../src/http/downloads/byte-range.ts'
import { listenRaw } from '../../support/raw-request.ts'
import { storeFile } from '../../support/stored-file.ts'
import { startTestService } from '../../support/test-service.ts'

t.test('one range, as RFC 9110 says it', async (t) => {
  for (
    const [header, range] of [
      ['bytes=0-0', { start: 0, end: 0 }],
      ['bytes=0-99', { start: 0, end: 99 }],
      ['bytes=10-', { start: 10, end: 99 }],
      ['bytes=90-1000', { start: 90, end: 99 }],
      ['bytes=90-99999999999999999999999', { start: 90, end: 99 }],
      ['bytes=-1', { start: 99, end: 99 }],
      ['bytes=-500', { start: 0, end: 99 }],
      ['Bytes= 5-6 ', { start: 5, end: 6 }],
      ['bytes=100-', 'unsatisfiable'],
      ['bytes=100-200', 'unsatisfiable'],
      ['bytes=99999999999999999999999-', 'unsatisfiable'],
      ['bytes=-0', 'unsatisfiable'],
    ] as const
  ) t.strictSame(byteRange(header, 100), range, header)
  for (
    const header of [
      undefined,
      '',
      'bytes',
      'bytes=',
      'bytes=-',
      'bytes=a-b',
      'bytes=5-2',
      'bytes=1-2,4-5',
      'items=0-5',
      '0-5',
      'bytes=0x1-5',
      'bytes=1.5-2',
    ]
  ) {
    t.equal(byteRange(header, 100), undefined, `${header}: the whole file`)
  }
  t.equal(byteRange('bytes=0-', 0), 'unsatisfiable')
  t.equal(byteRange('bytes=-5', 0), 'unsatisfiable')
})

t.test('ranges over the wire', async (t) => {
  const service = await startTestService(t, { courses: [{}] })
  const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => i % 251))
  const file = await storeFile(service, content)
  const raw = await listenRaw(service)
  const get = (range: string, headers: Record<string, string> = {}) =>
    raw.request('GET', file.path, { range, ...headers })
  const etag = `"${file.sha256}"`

  for (
    const [range, start, end] of [
      ['bytes=0-0', 0, 0],
      ['bytes=2999999-', 2_999_999, 2_999_999],
      ['bytes=-7', 2_999_993, 2_999_999],
      ['bytes=500-1500000', 500, 1_500_000],
      ['bytes=-9000000', 0, 2_999_999],
    ] as const
  ) {
    const part = await get(range)
    t.equal(part.status, 206, range)
    t.match(part.headers, {
      'content-range': `bytes ${start}-${end}/3000000`,
      'content-length': String(end - start + 1),
      etag,
      'accept-ranges': 'bytes',
      'content-type': 'application/octet-stream',
      'content-disposition': /^attachment/,
    })
    t.ok(part.body.equals(content.subarray(start, end + 1)))
  }

  const beyond = await get('bytes=3000000-')
  t.equal(beyond.status, 416)
  t.match(beyond.headers, {
    'content-range': 'bytes */3000000',
    'content-type': 'application/json; charset=utf-8',
  })
  t.notOk('content-disposition' in beyond.headers)
  t.match(JSON.parse(beyond.body.toString()), {
    statusCode: 416,
    code: 'RANGE_NOT_SATISFIABLE',
    error: 'Range Not Satisfiable',
    message: /./,
  })

  for (const range of ['bytes=1-2,5-6', 'bytes=5-2', 'rubbish']) {
    const whole = await get(range)
    t.equal(whole.status, 200, range)
    t.equal(whole.body.length, content.length)
  }

  await t.test('If-Range: the range only if it is still the same file', async (t) => {
    t.equal((await get('bytes=0-9', { 'if-range': etag })).status, 206)
    for (const other of ['"other"', `W/${etag}`, new Date().toUTCString(), file.sha256]) {
      const whole = await get('bytes=0-9', { 'if-range': other })
      t.equal(whole.status, 200, other)
      t.equal(whole.body.length, content.length)
    }
    t.equal((await get('bytes=3000000-', { 'if-range': '"other"' })).status, 200)
    t.equal(
      (await get('bytes=0-9', { 'if-range': etag, 'if-none-match': etag })).status,
      304,
      'who has it all needs no part'
    )
    t.equal((await raw.request('GET', file.path, { 'if-range': etag })).status, 200)
  })

  await t.test('an interrupted download is resumed, piece by piece', async (t) => {
    const pieces: Buffer[] = []
    for (let at = 0; at < content.length; at += 700_000) {
      pieces.push(
        (await get(`bytes=${at}-${Math.min(at + 700_000, content.length) - 1}`, { 'if-range': etag })).body
      )
    }
    t.ok(Buffer.concat(pieces).equals(content))
  })
})
