// What housekeeping does with an object store: bytes of deleted files, uploads that never ended, orphans.
import { CreateMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { makeBackup } from '../../src/backup/backup.ts'
import type { S3Location } from '../../src/file-location.ts'
import { createFileLibrary } from '../../src/files/file-library.ts'
import { storageParts } from '../../src/files/installation.ts'
import { openStorage } from '../../src/files/storage/location.ts'
import { isStoreSweepDue, sweepStore } from '../../src/files/store-sweep.ts'
import { openTestLibrary } from '../support/file-library.ts'
import { clientAt, keysIn, needsSwift, putObject, startSwift, storeOf } from '../support/swift.ts'
import { TEST_ENGINE } from '../support/test-database.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const random = () => randomBytes(16).toString('hex')

/** A library on a bucket of its own. Its clock shows the machine's time, as the store does. */
async function openStoreLibrary (t: Test, location?: S3Location) {
  const store = location ?? storeOf(await (await startSwift(t)).settings('p'))
  const library = await openTestLibrary(t)
  const { db, clock, folder } = library
  clock.now = Date.now()
  const storage = await openStorage({ kind: 's3', store }, storageParts(db))
  const parts = { db, storage, now: () => clock.now, deletedBytesMs: DAY_MS }
  const files = createFileLibrary({ ...parts, stagingFolder: `${folder}/staging` })
  return {
    ...library,
    storeOnDisk: library.store,
    store,
    storage,
    files,
    sweep: () => sweepStore(parts),
    isDue: () => isStoreSweepDue(parts),
    objects: async () =>
      (await keysIn(store)).filter((key) => !key.includes('installation/')).map((key) => key.slice(2)).sort(),
    add: async (content: string) =>
      await files.store(await library.stage(content), {
        owner: { type: 'course', id: 1 },
        category: 'slides',
        filename: 'a.txt',
        contentType: 'text/plain',
        createdBy: null,
        expiresAt: null,
      }),
  }
}

const NOTHING = { removed: 0, failed: 0, orphans: 0, unfinished: 0 }

t.test('bytes of a deleted file stay for a day', needsSwift(), async (t) => {
  const { add, files, sweep, isDue, objects, clock, intents } = await openStoreLibrary(t)
  const [kept, gone] = [await add('kept'), await add('gone')]
  await sweep()
  t.equal(await files.delete([gone.id]), 1)
  t.strictSame(await files.info({}), [kept])
  t.strictSame(await objects(), [kept.object_key, gone.object_key].sort())
  clock.now += DAY_MS - HOUR_MS
  t.equal(await isDue(), false)
  t.strictSame(await sweep(), NOTHING)
  clock.now += HOUR_MS
  t.equal(await isDue(), true)
  t.match(await sweep(), { removed: 1, failed: 0 })
  t.strictSame(await objects(), [kept.object_key])
  t.strictSame(await intents(), [])
})

t.test('a restored database finds the bytes of what was deleted since', needsSwift(), async (t) => {
  const { add, files, db, sweep, clock } = await openStoreLibrary(t)
  const file = await add('kept')
  await files.delete([file.id])
  // The database as it was before.
  await db.write(async (trx) => {
    await trx.deleteFrom('file_intents').execute()
    await trx.insertInto('files').values(file).execute()
  })
  clock.now += 2 * DAY_MS
  t.match(await sweep(), { removed: 0, orphans: 0 })
  t.match(await files.verify(), { files: 1, lost: [], orphaned: [] })
})

t.test('an erasure removes bytes at once, and those of files deleted before', needsSwift(), async (t) => {
  const { add, files, db, objects, intents } = await openStoreLibrary(t)
  const [one, two, other] = [await add('1'), await add('2'), await add('3')]
  await files.delete([one.id])
  await db.write((trx) => files.deleteIn(trx, [two.id], { atOnce: true }))
  t.strictSame(await objects(), [other.object_key])
  t.strictSame(await intents(), [])
})

t.test('an expired file goes at once', needsSwift(), async (t) => {
  const { add, files, db, objects } = await openStoreLibrary(t)
  const file = await add('1')
  await db.write((trx) => files.expireIn(trx, file.hex))
  t.strictSame(await objects(), [])
  t.ok((await files.find(file.hex))?.removed_at)
})

t.test('an upload of a process that died goes after a day, and gets no row then', needsSwift(), async (t) => {
  const { files, stage, db, sweep, objects, clock } = await openStoreLibrary(t)
  const placed = await files.place(await stage('1'), 'a.txt', { run: { job: 1, token: 2 } })
  clock.now += DAY_MS - 1
  t.match(await sweep(), { removed: 0 }, 'another node may still be storing it')
  t.equal((await objects()).length, 1)
  clock.now += 1
  t.match(await sweep(), { removed: 1 })
  t.strictSame(await objects(), [])
  const record = { owner: { type: 'course', id: 1 }, category: 'a', contentType: 'a/b', createdBy: null }
  await t.rejects(
    db.write((trx) => placed.record(trx, { ...record, createdAt: clock.now, expiresAt: null })),
    { message: /removed before it had its row/ }
  )
  t.strictSame(await files.info({}), [], 'no row without bytes')
})

t.test('orphans are kept for a day after they were found; others are left alone', needsSwift(), async (t) => {
  const { add, store, sweep, objects, clock } = await openStoreLibrary(t)
  const file = await add('1')
  const orphan = `files/${random()}-3-4`
  await putObject(store, `p/${orphan}`, 'orphan')
  await putObject(store, 'p/files/not-ours', 'other')
  await putObject(store, `p-other/${orphan}`, 'other')
  t.match(await sweep(), { orphans: 0 }, 'too young')
  clock.now += DAY_MS + HOUR_MS
  t.match(await sweep(), { orphans: 1, removed: 0 })
  clock.now += HOUR_MS
  t.match(await sweep(), { orphans: 0, removed: 0 }, 'the store is searched once a day')
  clock.now += DAY_MS
  t.match(await sweep(), { orphans: 0, removed: 1 })
  t.strictSame(await objects(), [file.object_key, 'files/not-ours', `other/${orphan}`].sort())
})

t.test('uploads in parts that never ended are ended after a day', needsSwift(), async (t) => {
  const { store, sweep, clock } = await openStoreLibrary(t)
  const client = clientAt(store.endpoint)
  const begin = (Key: string) => client.send(new CreateMultipartUploadCommand({ Bucket: store.bucket, Key }))
  await begin(`p/files/${random()}`)
  await begin('p/files/not-ours')
  t.match(await sweep(), { unfinished: 0 })
  clock.now += DAY_MS + HOUR_MS
  t.match(await sweep(), { unfinished: 1 })
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: store.bucket }))
  t.strictSame(Uploads.map(({ Key }) => Key), ['p/files/not-ours'])
})

t.test('verify: lost, damaged and orphaned objects; a repair deletes nothing', needsSwift(), async (t) => {
  const { add, files, store, storage, objects } = await openStoreLibrary(t)
  const [good, lost, damaged] = [await add('good'), await add('lost'), await add('damaged')]
  await storage.remove(lost)
  await putObject(store, `p/${damaged.object_key}`, 'damage!')
  const orphan = `uploads/${random()}`
  await putObject(store, `p/${orphan}`, 'orphan')
  const found = await files.verify()
  t.match(found, { lost: [{ id: lost.id }], damaged: [{ id: damaged.id }], orphaned: [orphan] })
  t.strictSame({ ...await files.verify({ repair: true }), repaired: false }, found)
  t.strictSame((await files.info({})).map(({ id }) => id), [good.id])
  const aside = [damaged.object_key, orphan].map((key) => `quarantine/${key}`)
  t.strictSame(await objects(), [good.object_key, ...aside].sort())
  t.match(await files.verify(), { damaged: [], orphaned: [] })
})

t.test('a prefix of another database is refused, and nothing in it is touched', needsSwift(), async (t) => {
  const first = await openStoreLibrary(t)
  await first.add('1')
  const before = await first.objects()
  await t.test('another database', async (t) => {
    const second = await openStoreLibrary(t, first.store)
    await t.rejects(second.files.reconcile(), {
      code: 'STORAGE_IN_USE',
      message: /p\/ belongs to another installation/,
    })
    await t.rejects(second.add('2'), { code: 'STORAGE_IN_USE' })
    t.strictSame(await first.objects(), before)
  })
  t.same(await first.files.reconcile(), { removed: 0, lost: 0, found: 0, quarantined: 0 }, 'its own is not')
})

t.test('two databases claim a prefix at the same moment: one can have it', needsSwift(), async (t) => {
  const store = storeOf(await (await startSwift(t)).settings())
  for (let round = 0; round < 8; round++) {
    const place = { ...store, prefix: `p${round}/` }
    const claims = await Promise.all([random(), random()].map(async (name) => {
      const { remote } = await openStorage({ kind: 's3', store: place }, { installation: async () => name })
      return async () => { await remote?.claim() }
    }))
    const atOnce = await Promise.allSettled(claims.map((claim) => claim()))
    t.ok(atOnce.some(({ status }) => status === 'rejected'), 'not both have it')
    const inTurn: string[] = []
    for (const claim of claims) {
      inTurn.push(await claim().then(() => 'has it', (error: Error) => error.message))
    }
    t.match(inTurn.sort(), [/belongs to another installation/, 'has it'])
  }
})

t.test('a database goes with its place', needsSwift(), async (t) => {
  const { add, files, db, folder } = await openStoreLibrary(t)
  await add('1')
  const storage = await openStorage(
    { kind: 'disk', folder: `${folder}/files`, quarantineFolder: `${folder}/quarantine` },
    { installation: async () => '' }
  )
  const onDisk = createFileLibrary({ db, storage, stagingFolder: `${folder}/staging`, now: Date.now })
  for (const call of [onDisk.reconcile, () => onDisk.verify({ repair: true })]) {
    await t.rejects(async () => { await call() }, { code: 'INVALID_SETTINGS', message: /FILES_URL: is missing/ })
  }
  t.equal((await files.info({})).length, 1, 'nothing seems lost')
})

t.test('a database with files claims no other prefix', needsSwift(), async (t) => {
  const { add, db, store, objects } = await openStoreLibrary(t)
  await add('1')
  const { remote } = await openStorage({ kind: 's3', store: { ...store, prefix: 'q/' } }, storageParts(db))
  await t.rejects(async () => { await remote?.claim() }, {
    code: 'INVALID_SETTINGS',
    message: /the files of this database are not at s3:.*q\//,
  })
  t.equal((await objects()).length, 1, 'nothing was written there')
  const same = await openStorage({ kind: 's3', store }, storageParts(db))
  await t.resolves(async () => { await same.remote?.claim() })
})

t.test('files in the data folder are not looked for in an object store', needsSwift(), async (t) => {
  const { storeOnDisk, files } = await openStoreLibrary(t)
  await storeOnDisk('on disk')
  await t.rejects(files.reconcile(), { code: 'INVALID_SETTINGS', message: /in its data folder/ })
})

t.test('a missing bucket is named', needsSwift(), async (t) => {
  const store = storeOf(await (await startSwift(t)).settings())
  const { files } = await openStoreLibrary(t, { ...store, bucket: 'there-is-none' })
  await t.rejects(files.reconcile(), {
    code: 'INVALID_SETTINGS',
    message: /there is no bucket "there-is-none" at http:/,
  })
})

const BACKUP = TEST_ENGINE === 'postgres' ? { skip: 'PostgreSQL has its own backups' } : needsSwift()

t.test('a backup copies the database and lists the objects', BACKUP, async (t) => {
  const { add, folder, storage } = await openStoreLibrary(t)
  const file = await add('some bytes')
  const facts = await makeBackup({
    databaseFile: `${folder}/perfbook.sqlite`,
    storage,
    folder: `${folder}/for-backups`,
    version: '0',
    now: Date.now,
    pid: process.pid,
    signal: new AbortController().signal,
  })
  t.match(facts, { files: 0, objects: { count: 1, bytes: 10 } })
  t.strictSame(
    readFileSync(`${facts.path}/objects.jsonl`, 'utf8').trim().split('\n').map((line) => JSON.parse(line)),
    [{ object_key: file.object_key, size: 10, sha256: file.sha256 }]
  )
})
