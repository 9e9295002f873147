import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import t from 'tap'
import { COURSE, openTestLibrary } from '../support/file-library.ts'

const DESCRIPTION = {
  owner: COURSE,
  category: 'syllabus',
  filename: 'a.txt',
  contentType: 'text/plain',
  createdBy: 'Tea Cher',
  expiresAt: null,
}

t.test('a staged file becomes a file of its owner', async (t) => {
  const { files, stage, pathOf, kept, staged, intents, clock } = await openTestLibrary(t)
  const file = await files.store(await stage('some bytes'), {
    ...DESCRIPTION,
    filename: '../../Week 1: intro.txt',
  })
  t.match(file, {
    owner_type: 'course',
    owner_id: 1,
    category: 'syllabus',
    filename: 'Week 1_ intro.txt',
    hex: /^[0-9a-f]{32}$/,
    content_type: 'text/plain',
    size: 10,
    sha256: createHash('sha256').update('some bytes').digest('hex'),
    created_at: clock.now,
    created_by: 'Tea Cher',
    expires_at: null,
    removed_at: null,
    lost_at: null,
  })
  t.equal(readFileSync(pathOf(file), 'utf8'), 'some bytes')
  t.strictSame(kept(), [file.hex])
  t.strictSame(staged(), [])
  t.strictSame(await intents(), [])
  t.strictSame(await files.find(file.hex), file)
})

t.test('a stream is written, counted and hashed on the way', async (t) => {
  const { files, pathOf, staged } = await openTestLibrary(t)
  const content = randomBytes(1_000_003)
  const pieces = Array.from(
    { length: 17 },
    (_, i) => content.subarray(i * 60_000, i === 16 ? content.length : (i + 1) * 60_000)
  )
  const file = await files.store(Readable.from(pieces, { objectMode: false }), DESCRIPTION)
  t.equal(file.size, content.length)
  t.equal(file.sha256, createHash('sha256').update(content).digest('hex'))
  t.ok(readFileSync(pathOf(file)).equals(content))
  t.strictSame(staged(), [])
  t.equal((await files.store(Readable.from([]), DESCRIPTION)).size, 0)
})

t.test('a stream that fails, or is too long, leaves nothing', async (t) => {
  const { files, kept, staged, intents } = await openTestLibrary(t)
  async function * broken () {
    yield Buffer.from('half')
    throw new Error('the line went dead')
  }
  await t.rejects(files.store(Readable.from(broken(), { objectMode: false }), DESCRIPTION), {
    message: 'the line went dead',
  })
  const long = Readable.from([Buffer.alloc(60), Buffer.alloc(60)], { objectMode: false })
  await t.rejects(files.store(long, DESCRIPTION, { maxBytes: 100 }), {
    message: 'The file is larger than 100 bytes.',
  })
  t.ok(long.destroyed)
  t.equal(
    (await files.store(Readable.from([Buffer.alloc(100)], { objectMode: false }), DESCRIPTION, {
      maxBytes: 100,
    })).size,
    100
  )
  t.equal(kept().length, 1)
  t.strictSame(staged(), [])
  t.strictSame(await intents(), [])
  t.equal((await files.info({ owner: COURSE })).length, 1)
})

t.test('a transaction that refuses leaves no bytes, of staged files and streams alike', async (t) => {
  const { files, stage, kept, staged, intents } = await openTestLibrary(t)
  const check = async () => {
    throw new Error('the course is gone')
  }
  await t.rejects(files.store(await stage('x'), DESCRIPTION, { check }), { message: 'the course is gone' })
  await t.rejects(files.store(Readable.from([Buffer.from('x')]), DESCRIPTION, { check }), {
    message: 'the course is gone',
  })
  t.strictSame([kept(), staged(), await intents(), await files.info({})], [[], [], [], []])
})

t.test('storage that cannot take a file: no row, no note, nothing staged by a stream', async (t) => {
  const { files, kept, staged, intents } = await openTestLibrary(t, {
    storage: (disk) => ({
      ...disk,
      async put () {
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      },
    }),
  })
  await t.rejects(files.store(Readable.from([Buffer.from('x')]), DESCRIPTION), { code: 'ENOSPC' })
  t.strictSame([kept(), staged(), await intents(), await files.info({})], [[], [], [], []])
})

t.test('info by owner, category, id and hex, newest first and paged', async (t) => {
  const { files, store } = await openTestLibrary(t)
  const rows = []
  for (let i = 0; i < 7; i++) rows.push(await store(`${i}`, { category: i % 2 === 0 ? 'even' : 'odd' }))
  const other = await store('other', { owner: { type: 'user', id: 1 }, category: 'even' })
  const ids = async (filter: Parameters<typeof files.info>[0]) =>
    (await files.info(filter)).map((row) => row.id)
  const newestFirst = rows.map((row) => row.id).reverse()
  t.strictSame(await ids({ owner: COURSE }), newestFirst)
  t.strictSame(await ids({ owner: { type: 'user', id: 1 } }), [other.id])
  t.strictSame(await ids({ owner: { type: 'course', id: 2 } }), [])
  t.strictSame(await ids({ owner: COURSE, category: 'odd' }), [rows[5]!.id, rows[3]!.id, rows[1]!.id])
  t.strictSame(await ids({ category: 'even' }), [
    other.id,
    rows[6]!.id,
    rows[4]!.id,
    rows[2]!.id,
    rows[0]!.id,
  ])
  t.strictSame(await ids({ id: rows[2]!.id }), [rows[2]!.id])
  t.strictSame(await ids({ hex: rows[2]!.hex }), [rows[2]!.id])
  t.strictSame(await ids({ id: rows[2]!.id, owner: { type: 'course', id: 2 } }), [])

  const paged: number[] = []
  for (let before: number | undefined; ;) {
    const page = await ids({ owner: COURSE, limit: 3, ...(before === undefined ? {} : { before }) })
    if (page.length === 0) break
    t.ok(page.length <= 3)
    paged.push(...page)
    before = page.at(-1)!
  }
  t.strictSame(paged, newestFirst)
})

t.test('what has expired is listed no more, and found with its row', async (t) => {
  const { files, store, clock } = await openTestLibrary(t)
  const file = await store('x', { expiresAt: clock.now + 1000 })
  t.equal((await files.info({ owner: COURSE })).length, 1)
  clock.now += 1000
  t.equal((await files.info({ owner: COURSE })).length, 0)
  t.equal((await files.info({ owner: COURSE, gone: true })).length, 1)
  t.equal((await files.find(file.hex))?.id, file.id)
})

t.test('delete takes rows, then bytes', async (t) => {
  const { files, store, kept, intents } = await openTestLibrary(t)
  const [one, two] = [await store('1'), await store('2')]
  t.equal(await files.delete([one.id, 12345]), 1)
  t.strictSame(kept(), [two.hex])
  t.strictSame(await intents(), [])
  t.equal(await files.find(one.hex), undefined)
  t.equal(await files.delete([one.id]), 0)
  t.equal(await files.delete([]), 0)
})

t.test('bytes that cannot be removed are noted for the next start, and the file is gone', async (t) => {
  const warnings: string[] = []
  const { files, store, kept, intents } = await openTestLibrary(t, {
    storage: (disk) => ({
      ...disk,
      async remove () {
        throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' })
      },
    }),
    log: {
      warn: (facts, text) => {
        warnings.push(text)
      },
    },
  })
  const file = await store('1')
  t.equal(await files.delete([file.id]), 1)
  t.equal(await files.find(file.hex), undefined)
  t.strictSame(kept(), [file.hex])
  t.strictSame(await intents(), [file.hex])
  t.match(warnings, [/could not be removed/])
})

t.test('an owner with more files than one statement takes', async (t) => {
  const { files, store, db, intents } = await openTestLibrary(t)
  const { id, ...row } = await store('x')
  await db.write(async (trx) => {
    for (let i = 0; i < 1200; i++) {
      await trx.insertInto('files').values({ ...row, hex: randomBytes(16).toString('hex') }).execute()
    }
  })
  const deleted = db.write(async (trx) => {
    const count = await files.deleteAllOf(trx, COURSE)
    t.equal((await trx.selectFrom('file_intents').select('hex').execute()).length, 1201)
    return count
  })
  t.equal(await deleted, 1201)
  t.strictSame(await intents(), [])
})

t.test('a file whose size differs from its row is not served', async (t) => {
  const { files, store, storage, stage } = await openTestLibrary(t)
  const file = await store('whole')
  await storage.remove(file)
  t.equal(await files.find(file.hex), undefined)
  await storage.put((await stage('half')).path, file)
  t.equal(await files.find(file.hex), undefined)
})
