import t from 'tap'
import { isSweepDue, sweepFiles } from '../../src/files/file-sweep.ts'
import { openTestLibrary, type TestLibrary } from '../support/file-library.ts'

const DAY = 86_400_000

const rules = ({ db, storage, clock }: TestLibrary) => ({
  db,
  storage,
  now: () => clock.now,
  tombstoneMs: 90 * DAY,
})

t.test('bytes go when a file has expired, its row stays for a while', async (t) => {
  const library = await openTestLibrary(t)
  const { files, store, clock, kept } = library
  const start = clock.now
  const never = await store('never')
  const soon = await store('soon', { expiresAt: start + DAY })
  const later = await store('later', { expiresAt: start + 30 * DAY })
  t.equal(await isSweepDue(rules(library)), false)
  t.strictSame(await sweepFiles(rules(library)), { files: 0, bytes: 0, tombstones: 0, failed: 0 })

  clock.now = start + DAY
  t.equal(await isSweepDue(rules(library)), true)
  const seen: number[] = []
  const dry = await sweepFiles({
    ...rules(library),
    dryRun: true,
    onFile: (file) => {
      seen.push(file.id)
    },
  })
  t.strictSame(dry, { files: 1, bytes: 4, tombstones: 0, failed: 0 })
  t.strictSame(seen, [soon.id])
  t.equal(kept().length, 3, 'a dry run changes nothing')
  t.strictSame(await sweepFiles(rules(library)), dry)
  t.strictSame(kept(), [never.hex, later.hex].sort())
  t.equal((await files.find(soon.hex))?.removed_at, clock.now)
  t.equal(await isSweepDue(rules(library)), false)

  clock.now = start + 31 * DAY
  t.match(await sweepFiles(rules(library)), { files: 1, tombstones: 0 })
  clock.now = start + 91 * DAY - 1
  t.equal(await isSweepDue(rules(library)), false)
  clock.now = start + 91 * DAY
  t.equal(await isSweepDue(rules(library)), true)
  t.match(await sweepFiles({ ...rules(library), dryRun: true }), { files: 0, tombstones: 1 })
  t.match(await sweepFiles(rules(library)), { files: 0, tombstones: 1 })
  t.equal(await files.find(soon.hex), undefined)
  t.equal((await files.find(later.hex))?.id, later.id)
  t.strictSame((await files.info({})).map((file) => file.id), [never.id])
})

t.test('more than one round, and bytes that cannot be removed', async (t) => {
  let stuck = ''
  const library = await openTestLibrary(t, {
    storage: (disk) => ({
      ...disk,
      async remove (key) {
        if (key.hex === stuck) throw new Error('busy')
        await disk.remove(key)
      },
    }),
  })
  const { store, clock, kept, intents, files } = library
  for (let i = 0; i < 210; i++) stuck = (await store('x', { expiresAt: clock.now })).hex
  t.strictSame(await sweepFiles(rules(library)), { files: 210, bytes: 210, tombstones: 0, failed: 1 })
  t.strictSame(kept(), [stuck])
  t.strictSame(await intents(), [stuck])
  stuck = ''
  t.strictSame(await files.reconcile(), { removed: 1, lost: 0, found: 0, quarantined: 0 })
  t.strictSame(kept(), [])
})

t.test("two sweeps at once do not get in each other's way", async (t) => {
  const library = await openTestLibrary(t)
  for (let i = 0; i < 30; i++) await library.store('x', { expiresAt: library.clock.now })
  await Promise.all([sweepFiles(rules(library)), sweepFiles(rules(library))])
  t.strictSame(library.kept(), [])
  t.strictSame(await library.intents(), [])
})
