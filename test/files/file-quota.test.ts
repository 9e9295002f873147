import t from 'tap'
import { hasCode } from '../../src/errors.ts'
import { COURSE, openTestLibrary } from '../support/file-library.ts'

const OTHER = { type: 'course', id: 2 }
const FULL = { message: /are in use/ }

t.test('an owner may use the quota to the byte and no more', async (t) => {
  const { files, store, kept, intents } = await openTestLibrary(t, { ownerQuotaBytes: 100 })
  await store('x'.repeat(60))
  await files.checkQuota(COURSE)
  await t.rejects(store('x'.repeat(41)), {
    message: '60 bytes of 100 bytes are in use here. Delete files that are no longer needed.',
  })
  t.equal(kept().length, 1, 'the refused bytes are gone')
  t.strictSame(await intents(), [])
  await store('x'.repeat(40))
  await t.rejects(files.checkQuota(COURSE), FULL)
  await files.checkQuota(OTHER)
  await store('x'.repeat(100), { owner: OTHER })
})

t.test('the message says how much is used', async (t) => {
  const { files, store } = await openTestLibrary(t, {
    ownerQuotaBytes: 1_500_000,
    totalQuotaBytes: 2_000_000,
  })
  await store(Buffer.alloc(1_400_000))
  await t.rejects(store(Buffer.alloc(200_000)), {
    message: '1.4 MB of 1.5 MB are in use here. Delete files that are no longer needed.',
  })
  await store(Buffer.alloc(600_000), { owner: OTHER })
  await t.rejects(files.checkQuota(OTHER), {
    message: '2 MB of 2 MB are in use on this server. Delete files that are no longer needed.',
  })
})

t.test('all owners together', async (t) => {
  const { files, store } = await openTestLibrary(t, { totalQuotaBytes: 100 })
  await store('x'.repeat(60))
  await t.rejects(store('x'.repeat(60), { owner: OTHER }), FULL)
  await store('x'.repeat(40), { owner: OTHER })
  await t.rejects(files.checkQuota({ type: 'user', id: 9 }), FULL)
})

t.test('a race cannot exceed it: the transaction that stores checks it', async (t) => {
  const { store, files, kept } = await openTestLibrary(t, { ownerQuotaBytes: 100 })
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => store('x'.repeat(30))))
  t.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 3)
  t.ok(
    outcomes.every((outcome) =>
      outcome.status === 'fulfilled' || hasCode(outcome.reason, 'FILE_QUOTA_EXCEEDED')
    )
  )
  t.equal((await files.info({ owner: COURSE })).length, 3)
  t.equal(kept().length, 3)
})

t.test('two processes that share the folder cannot exceed it either', async (t) => {
  const one = await openTestLibrary(t, { ownerQuotaBytes: 100 })
  const two = await openTestLibrary(t, { ownerQuotaBytes: 100, folder: one.folder })
  const outcomes = await Promise.allSettled(
    Array.from(
      { length: 10 },
      (_, i) => (i % 2 === 0 ? one : two).store('x'.repeat(30), { createdBy: `${i}` })
    )
  )
  t.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 3)
})

t.test('expired files do not count, removed or not', async (t) => {
  const { store, clock } = await openTestLibrary(t, { ownerQuotaBytes: 100 })
  await store('x'.repeat(90), { expiresAt: clock.now + 1000 })
  await t.rejects(store('x'.repeat(20)), FULL)
  clock.now += 1000
  await store('x'.repeat(20))
})

t.test('the oldest files of the same category make room', async (t) => {
  const { files, store, kept, intents } = await openTestLibrary(t, { ownerQuotaBytes: 100 })
  const syllabus = await store('x'.repeat(10), { category: 'syllabus' })
  const exports = [
    await store('x'.repeat(30), { category: 'export' }),
    await store('x'.repeat(30), { category: 'export' }),
    await store('x'.repeat(30), { category: 'export' }),
  ]
  await files.checkQuota(COURSE, 'export')
  await t.rejects(files.checkQuota(COURSE, 'nothing'), FULL)
  await t.rejects(
    store('x'.repeat(91), { category: 'export', replacesOldest: true }),
    FULL,
    'it would not fit even so'
  )
  t.equal((await files.info({ owner: COURSE })).length, 4, 'and then nothing is deleted')

  const file = await store('x'.repeat(50), { category: 'export', replacesOldest: true })
  t.strictSame((await files.info({ owner: COURSE })).map((row) => row.id), [
    file.id,
    exports[2]!.id,
    syllabus.id,
  ])
  t.strictSame(kept(), [file, exports[2]!, syllabus].map((row) => row.hex).sort(), 'the bytes go as well')
  t.strictSame(await intents(), [])
})

t.test('room overall comes from the oldest of any owner, but never the newest of each', async (t) => {
  const { files, store } = await openTestLibrary(t, { totalQuotaBytes: 100 })
  const theirs = [
    await store('x'.repeat(30), { owner: OTHER, category: 'export' }),
    await store('x'.repeat(30), { owner: OTHER, category: 'export' }),
  ]
  const mine = [await store('x'.repeat(40), { category: 'export' })]
  const next = await store('x'.repeat(60), { category: 'export', replacesOldest: true })
  t.strictSame(
    (await files.info({})).map((row) => row.id),
    [next.id, theirs[1]!.id],
    'my own newest may go: there is a newer one'
  )
  await t.rejects(store('x'.repeat(80), { category: 'export', replacesOldest: true }), FULL)
  t.ok(mine)
})

t.test('when the transaction is rolled back, the bytes of what would have gone stay', async (t) => {
  const { files, store, stage, db, pathOf, storage } = await openTestLibrary(t, { ownerQuotaBytes: 100 })
  const old = await store('x'.repeat(80), { category: 'export' })
  const placed = await files.place(await stage('y'.repeat(50)), 'new.txt')
  await t.rejects(
    db.write(async (trx) => {
      await placed.record(trx, {
        owner: COURSE,
        category: 'export',
        contentType: 'text/plain',
        createdBy: null,
        createdAt: 0,
        expiresAt: null,
        replacesOldest: true,
      })
      throw new Error('the job was canceled')
    }),
    { message: 'the job was canceled' }
  )
  await placed.discard()
  t.equal(await storage.size(old), 80, pathOf(old))
  t.strictSame((await files.info({})).map((row) => row.id), [old.id])
})
