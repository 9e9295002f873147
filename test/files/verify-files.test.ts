import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { newHex } from '../contracts/file-storage.contract.ts'
import { COURSE, openTestLibrary } from '../support/file-library.ts'

const NOTHING = { removed: 0, lost: 0, found: 0, quarantined: 0 }

t.test('at boot: a row without its bytes is hidden until they are back', async (t) => {
  const { files, store, pathOf } = await openTestLibrary(t)
  const [file, other] = [await store('1'), await store('2')]
  t.strictSame(await files.reconcile(), NOTHING)
  renameSync(pathOf(file), `${pathOf(file)}.away`)
  t.strictSame(await files.reconcile(), { ...NOTHING, lost: 1 })
  t.strictSame((await files.info({ owner: COURSE })).map((row) => row.id), [other.id])
  t.equal(await files.find(file.hex), undefined)
  t.strictSame(await files.reconcile(), NOTHING)
  renameSync(`${pathOf(file)}.away`, pathOf(file))
  t.strictSame(await files.reconcile(), { ...NOTHING, found: 1 })
  t.equal((await files.find(file.hex))?.id, file.id)
})

t.test('at boot: a file without a row is quarantined, and comes back with its row', async (t) => {
  const { files, store, db, folder, kept } = await openTestLibrary(t)
  const [file, other] = [await store('kept'), await store('2')]
  // An older copy of the database, which does not know the file yet.
  const { hex } = file
  await db.write(async (trx) => {
    await trx.deleteFrom('files').where('id', '=', file.id).execute()
  })
  writeFileSync(join(folder, 'files', 'Thumbs.db'), 'x')
  t.strictSame(await files.reconcile(), { ...NOTHING, quarantined: 2 })
  t.strictSame(kept(), [other.hex])
  t.equal(readFileSync(join(folder, 'quarantine', hex, 'a.txt'), 'utf8'), 'kept')
  // The right copy again.
  await db.write(async (trx) => {
    await trx.insertInto('files').values(file).execute()
  })
  t.strictSame(await files.reconcile(), NOTHING)
  t.equal((await files.find(hex))?.id, file.id)
})

t.test('verify finds nothing wrong in a sound folder', async (t) => {
  const { files, store } = await openTestLibrary(t)
  await store('12345')
  await store('')
  t.strictSame(await files.verify(), {
    files: 2,
    bytes: 5,
    lost: [],
    damaged: [],
    orphaned: [],
    found: [],
    repaired: false,
  })
})

t.test('verify tells lost, damaged and orphaned apart, and changes nothing', async (t) => {
  const { files, store, pathOf, folder } = await openTestLibrary(t)
  const good = await store('good')
  const lost = await store('lost')
  const [flipped, short, linked] = [await store('flipped'), await store('short'), await store('linked')]
  rmSync(pathOf(lost))
  writeFileSync(pathOf(flipped), 'fl1pped')
  writeFileSync(pathOf(short), 'shor')
  rmSync(pathOf(linked))
  writeFileSync(join(folder, 'secret'), 'linked')
  symlinkSync(join(folder, 'secret'), pathOf(linked))
  const unknown = newHex()
  mkdirSync(join(folder, 'files', unknown))
  writeFileSync(join(folder, 'files', unknown, 'x'), '')
  writeFileSync(join(folder, 'files', 'Thumbs.db'), '')
  writeFileSync(join(folder, 'files', good.hex, 'beside.txt'), '')

  const report = await files.verify()
  const name = (file: typeof good) => `${file.hex}/${file.filename}`
  t.strictSame(report.lost.map((file) => file.path), [name(lost), name(linked)])
  t.strictSame(report.lost[0], {
    id: lost.id,
    path: name(lost),
    owner_type: 'course',
    owner_id: 1,
    category: 'syllabus',
  })
  t.strictSame(report.damaged.map((file) => file.path), [name(flipped), name(short)])
  t.strictSame(
    [...report.orphaned].sort(),
    ['Thumbs.db', unknown, `${good.hex}/beside.txt`, name(linked)].sort()
  )
  t.strictSame(await files.verify(), report)
  t.equal((await files.info({ owner: COURSE })).length, 5)

  const repaired = await files.verify({ repair: true })
  t.strictSame({ ...repaired, repaired: false }, report)
  t.strictSame((await files.info({ owner: COURSE })).map((file) => file.id), [good.id])
  t.equal(readFileSync(pathOf(good), 'utf8'), 'good')
  const aside = readdirSync(join(folder, 'quarantine'), { recursive: true }) as string[]
  for (
    const path of [
      'Thumbs.db',
      `${unknown}/x`,
      `${good.hex}/beside.txt`,
      name(flipped),
      name(short),
      name(linked),
    ]
  ) t.ok(aside.includes(path), path)
  t.equal(readFileSync(join(folder, 'secret'), 'utf8'), 'linked')

  const after = await files.verify()
  t.strictSame(after.orphaned, [])
  t.strictSame(after.damaged, [])
  t.strictSame(
    after.lost.map((file) => file.id),
    [lost.id, flipped.id, short.id, linked.id],
    'known as lost until they are deleted'
  )
  t.equal(after.files, 1)
})

t.test('verify --repair shows a file again when its bytes are back', async (t) => {
  const { files, store, pathOf, folder } = await openTestLibrary(t)
  const [one, two] = [await store('one'), await store('two')]
  writeFileSync(pathOf(one), 'bad')
  await files.verify({ repair: true })
  t.notOk(existsSync(pathOf(one)))
  mkdirSync(join(folder, 'files', one.hex), { recursive: true })
  writeFileSync(pathOf(one), 'one')
  mkdirSync(join(folder, 'quarantine', two.hex), { recursive: true })
  renameSync(pathOf(two), join(folder, 'quarantine', two.hex, two.filename))
  t.strictSame((await files.verify()).found, [one.id])
  t.strictSame((await files.verify()).lost.map((file) => file.id), [two.id])
  t.match(await files.verify({ repair: true }), { lost: [], damaged: [], found: [one.id] })
  t.equal((await files.info({ owner: COURSE })).length, 2)
})

t.test('damaged bytes in quarantine are not taken for the file', async (t) => {
  const { files, store, pathOf, folder } = await openTestLibrary(t)
  const file = await store('right')
  writeFileSync(pathOf(file), 'wrong')
  await files.verify({ repair: true })
  t.strictSame(await files.reconcile(), NOTHING)
  t.strictSame((await files.verify({ repair: true })).lost.map(({ id }) => id), [file.id])
  t.equal(readFileSync(join(folder, 'quarantine', file.hex, 'a.txt'), 'utf8'), 'wrong')
})

t.test('a file that is being stored or deleted is not an orphan', async (t) => {
  const { files, stage, store, db } = await openTestLibrary(t, {
    storage: (disk) => ({
      ...disk,
      async remove () {
        throw new Error('busy')
      },
    }),
  })
  const placed = await files.place(await stage('x'), 'a.txt')
  const file = await store('y')
  await files.delete([file.id])
  t.match(await files.verify({ repair: true }), { files: 0, orphaned: [] })
  await db.write((trx) =>
    placed.record(trx, {
      owner: COURSE,
      category: 'syllabus',
      contentType: 'text/plain',
      createdBy: null,
      createdAt: 0,
      expiresAt: null,
    })
  )
  t.match(await files.verify(), { files: 1, orphaned: [] })
})

t.test('files that come and go while it runs are not reported', async (t) => {
  const { files, store } = await openTestLibrary(t)
  for (let i = 0; i < 20; i++) await store(`${i}`)
  const all = await files.info({ owner: COURSE })
  let i = 0
  const busy: Array<Promise<unknown>> = []
  const report = await files.verify({
    onProgress: () => {
      // One of those still to come goes, a new one comes.
      if (i < all.length) busy.push(files.delete([all[i++]!.id]), store('new'))
    },
  })
  await Promise.all(busy)
  t.match(report, { lost: [], damaged: [], orphaned: [] })
  t.ok(busy.length > 10)
  t.match(await files.verify(), { lost: [], damaged: [], orphaned: [] })
})

t.test('verify stops when it is aborted', async (t) => {
  const { files, store } = await openTestLibrary(t)
  await store('1')
  const stop = new AbortController()
  stop.abort(new Error('Ctrl-C'))
  await t.rejects(files.verify({ signal: stop.signal }), { message: 'Ctrl-C' })
})
