import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readZip } from '../support/read-bundle.ts'
import { write } from './synthetic-roster.ts'

t.test('a file in the way stays as it is, unless it may be replaced', async (t) => {
  const folder = t.testdir({ 'roster.zip': 'mine' })
  const output = join(folder, 'roster.zip')
  await t.rejects(write(t, {}, { output }), { code: 'FILE_EXISTS', message: /roster\.zip already exists\./ })
  await t.rejects(
    write(t, {}, { output: join(folder, 'new.zip'), delta: output }),
    { code: 'FILE_EXISTS', message: /roster\.zip already exists\./ }
  )
  t.equal(await readFile(output, 'utf8'), 'mine')
  t.strictSame(await readdir(folder), ['roster.zip'])
  await write(t, {}, { output, force: true })
  t.ok((await readZip(output)).has('results.csv'))
  t.strictSame(await readdir(folder), ['roster.zip'])
})

t.test('a file that appears meanwhile is not replaced', async (t) => {
  const folder = t.testdir()
  const output = join(folder, 'roster.zip')
  let isThere: Promise<void> | undefined
  await t.rejects(
    write(t, { students: 1000 }, {
      output,
      onProgress: () => {
        isThere ??= writeFile(output, 'mine')
      },
    }),
    { code: 'FILE_EXISTS', message: /roster\.zip already exists\./ }
  )
  t.equal(await readFile(output, 'utf8'), 'mine')
})

for (const format of ['oneroster', 'performance-book'] as const) {
  t.test(`${format}: stopped in the middle, it leaves nothing and keeps what was there`, async (t) => {
    const folder = t.testdir({ 'roster.zip': 'mine' })
    const stop = new AbortController()
    const onProgress = (results: number): void => {
      if (results > 0) stop.abort(new Error('stopped'))
    }
    await t.rejects(
      write(t, { students: 2000, tasks: 100 }, {
        format,
        output: join(folder, 'roster.zip'),
        force: true,
        signal: stop.signal,
        onProgress,
      }),
      /stopped/
    )
    t.strictSame(await readdir(folder), ['roster.zip'])
    t.equal(await readFile(join(folder, 'roster.zip'), 'utf8'), 'mine')
  })

  t.test(`${format}: an error while it is made is the one that the caller sees`, async (t) => {
    const folder = t.testdir()
    const onProgress = (): void => {
      throw new Error('broken')
    }
    await t.rejects(write(t, {}, { format, output: join(folder, 'roster.zip'), onProgress }), /broken/)
    t.strictSame(await readdir(folder), [])
  })
}

t.test('progress goes up to the number of results', async (t) => {
  const seen: number[] = []
  const { counts } = await write(t, { students: 2000, tasks: 60 }, {
    onProgress: (results) => seen.push(results),
  })
  t.strictSame(seen, seen.toSorted((a, b) => a - b))
  t.ok(seen.length > 5)
  t.ok(seen.at(-1)! <= counts.results && seen.at(-1)! > counts.results - 20_000)
})
