// Killed between two steps, for real; what the next start finds is whole again.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { openTestLibrary, type TestLibrary } from '../support/file-library.ts'

async function die ({ folder, db }: TestLibrary, step: string): Promise<void> {
  const child = spawn(process.execPath, [
    new URL('die-in-the-middle.ts', import.meta.url).pathname,
    folder,
    step,
    JSON.stringify(db.location),
  ], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [, signal] = await once(child, 'exit')
  if (signal !== 'SIGKILL') throw new Error(`${step}: the process was not killed`)
}

const state = async ({ files, kept, intents }: TestLibrary) => ({
  rows: (await files.info({ gone: true })).length,
  kept: kept().length,
  intents: (await intents()).length,
})

for (
  const { step, left, removed } of [
    { step: 'before the rename', left: { rows: 0, kept: 0, intents: 1 }, removed: 1 },
    { step: 'after the rename', left: { rows: 0, kept: 1, intents: 1 }, removed: 1 },
    { step: 'before the bytes go', left: { rows: 0, kept: 1, intents: 1 }, removed: 1 },
    { step: 'after the bytes went', left: { rows: 0, kept: 0, intents: 1 }, removed: 1 },
  ]
) {
  t.test(step, async (t) => {
    const library = await openTestLibrary(t)
    await die(library, step)
    t.strictSame(await state(library), left)
    t.strictSame(await library.files.reconcile(), { removed, lost: 0, found: 0, quarantined: 0 })
    t.strictSame(await state(library), { rows: 0, kept: 0, intents: 0 })
    t.strictSame(await library.files.reconcile(), { removed: 0, lost: 0, found: 0, quarantined: 0 })
  })
}

t.test('in a sweep, before the bytes are removed', async (t) => {
  const library = await openTestLibrary(t)
  await die(library, 'sweep: before the bytes go')
  t.strictSame(await state(library), { rows: 1, kept: 1, intents: 1 })
  await library.files.reconcile()
  t.strictSame(await state(library), { rows: 1, kept: 0, intents: 0 }, 'the tombstone stays')
})
