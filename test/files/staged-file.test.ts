import { createReadStream, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { stageStream } from '../../src/files/staged-file.ts'

t.test('a stream becomes a file, with its size and SHA-256', async (t) => {
  const folder = t.testdir()
  const staged = await stageStream(Readable.from([Buffer.from('ab'), Buffer.from('c')]), folder)
  t.match(staged, { size: 3, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' })
  t.equal(readFileSync(staged.path, 'utf8'), 'abc')
})

t.test('a stream that fails, even before it is read, rejects the call and leaves no file', async (t) => {
  const folder = t.testdir()
  await t.rejects(stageStream(createReadStream(join(folder, 'nothing')), folder), { code: 'ENOENT' })
  const gone = new Readable({ read () {} })
  gone.destroy(new Error('the client has gone'))
  await t.rejects(stageStream(gone, folder), { message: 'the client has gone' })
  const large = Readable.from([Buffer.alloc(10)])
  await t.rejects(stageStream(large, folder, { maxBytes: 9 }), {
    code: 'BODY_TOO_LARGE',
    message: 'The file is larger than 9 bytes.',
  })
  t.ok(large.destroyed)
  t.strictSame(readdirSync(folder), [])
})

t.test('without a folder the stream is destroyed', async (t) => {
  const source = Readable.from([Buffer.from('a')])
  await t.rejects(stageStream(source, join(t.testdir(), 'nowhere')), { code: 'ENOENT' })
  t.ok(source.destroyed)
})
