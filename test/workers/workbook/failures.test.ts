// What goes wrong while a workbook is written, and that nothing of it stays.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Book } from '../../../src/courses/book.ts'
import type { BookRow } from '../../../src/courses/book-row.ts'
import { planSheets } from '../../../workers/workbook/sheet-plan.ts'
import type { WorkbookOptions, WorkbookRequest } from '../../../workers/workbook/workbook-request.ts'
import { writeWorkbook } from '../../../workers/workbook/write-workbook.ts'
import { makeBookDatabase, type CourseDescription } from '../../support/book-database.ts'
import { DEFAULTS, makeWorkbook, NOW, withBook } from '../../support/workbook.ts'
import { CORPUS, PHYSICS } from './corpus.ts'

/** Large enough for a dozen chunks of rows. */
const LARGE: CourseDescription = {
  categories: [{ name: 'Homework' }],
  tasks: Array.from({ length: 100 }, (_, j) => ({ title: `Task ${j}`, category: 0, pointsPossible: 10 })),
  students: Array.from(
    { length: 500 },
    (_, i) => ({ lastName: `Student ${i}`, cells: Array.from({ length: 100 }, (_, j) => (i * j) % 11) })
  ),
}
const EVERY: WorkbookOptions[] = (['course', 'period'] as const).flatMap((sheets) =>
  [true, false].map((include_dropped) => ({ ...DEFAULTS, sheets, include_dropped }))
)

async function withCourse (
  folder: string,
  course: CourseDescription,
  use: (book: Book, request: WorkbookRequest) => Promise<void>
): Promise<void> {
  const database = join(folder, 'book.sqlite')
  const [id] = await makeBookDatabase(database, course)
  await withBook(
    database,
    id!,
    NOW,
    (book, controls) =>
      use(book, {
        options: DEFAULTS,
        file: join(folder, 'out.xlsx'),
        generatedAt: NOW,
        generatedBy: undefined,
        teachers: [],
        controls,
      })
  )
}

const written = (folder: string): string[] => readdirSync(folder).filter((name) => name.startsWith('out'))

t.test('the check fails where the database has other totals than what was written', async (t) => {
  for (const name of ['physics', 'missing counts zero', 'periods without students']) {
    const folder = t.testdir()
    await withCourse(folder, CORPUS[name]!, async (book, request) => {
      for (const options of EVERY) {
        for (
          const [total, by] of [
            ['students', 1],
            ['students', -1],
            ['dropped', 1],
            ['scores', 1],
            ['scores', -1],
            ['score_sum', 0.001],
            ['score_sum', -1],
            ['score_sum', NaN],
            ['zeroedCells', 1],
          ] as const
        ) {
          const controls = { ...request.controls, [total]: request.controls[total] + by }
          await t.rejects(writeWorkbook(book, { ...request, options, controls }), {
            code: 'CHECK_FAILED',
            message: /does not match.*Import the course again/,
          }, `${name}, ${JSON.stringify(options)}, ${total} ${by}`)
          t.strictSame(written(folder), [])
        }
      }
    })
  }
})

function * repeated (batch: Iterable<BookRow>, times: (row: BookRow) => number): Generator<BookRow> {
  for (const row of batch) for (let n = times(row); n > 0; n--) yield row
}

t.test('a book that leaves a student out, or shows one twice, does not pass the check', async (t) => {
  const folder = t.testdir()
  await withCourse(folder, PHYSICS, async (book, request) => {
    const less: Book = {
      ...book,
      async * batches (filter) {
        for await (const batch of book.batches(filter)) {
          yield repeated(batch, ({ student }) => student.first_name === 'Cleo' ? 0 : 1)
        }
      },
    }
    const twice: Book = {
      ...book,
      async * batches (filter) {
        for await (const batch of book.batches(filter)) yield repeated(batch, () => 2)
      },
    }
    for (const options of EVERY) {
      await t.rejects(writeWorkbook(less, { ...request, options }), { code: 'CHECK_FAILED' })
      await t.rejects(writeWorkbook(twice, { ...request, options }), { code: 'CHECK_FAILED' })
    }
  })
  t.strictSame(written(folder), [])
})

t.test('a score that is no finite number is said with its student and task', async (t) => {
  const folder = t.testdir()
  const course = {
    ...PHYSICS,
    tasks: [{ title: 'Tiny', pointsPossible: 1e-300, category: 0 }],
    students: [{ firstName: 'Ana', lastName: 'Zimmer', droppedOn: '2015-01-01', cells: [1e300] }],
  }
  await withCourse(folder, course, async (book, request) => {
    await t.rejects(writeWorkbook(book, request), { code: 'CHECK_FAILED', message: /Ana Zimmer/ })
  })
  const high = {
    categories: [{ name: 'Homework' }],
    tasks: [{ title: 'High', category: 0, pointsPossible: 1 }],
    students: [1, 2].map((n) => ({ lastName: `Student ${n}`, cells: [1e308] })),
  }
  await withCourse(t.testdir(), high, async (book, request) => {
    await t.rejects(writeWorkbook(book, request), { code: 'CHECK_FAILED', message: /far too high/ })
  })
  t.strictSame(written(folder), [])
})

t.test('a book too large for Excel is refused before any work', async (t) => {
  const folder = t.testdir()
  const tasks = Array.from({ length: 16_384 - 6 }, (_, j) => ({ title: `Task ${j}` }))
  await withCourse(folder, { tasks }, async (book, request) => {
    await writeWorkbook(book, request)
    t.ok(existsSync(request.file), 'as many columns as Excel has')
    const wider: Book = { ...book, tasks: [...book.tasks, book.tasks[0]!] }
    await t.rejects(writeWorkbook(wider, { ...request, file: join(folder, 'out-2.xlsx') }), {
      code: 'WORKBOOK_TOO_LARGE',
      message: /16,379 tasks .* 16,384 columns\. Withdraw/,
    })
    const crowd = (students: number): Book => ({
      ...book,
      averages: (id) => ({ ...book.averages(id), students }),
    })
    t.equal(planSheets(crowd(1_048_568), DEFAULTS).sheets[0]!.lastRow, 1_048_576)
    t.throws(() => planSheets(crowd(1_048_569), DEFAULTS), {
      code: 'WORKBOOK_TOO_LARGE',
      message: /1,048,569 students/,
    })
    t.throws(
      () =>
        planSheets({
          ...crowd(1_048_569),
          periods: [{ id: 1, sourceId: '1', name: 'a' }, { id: 2, sourceId: '2', name: 'b' }],
        }, DEFAULTS),
      { code: 'WORKBOOK_TOO_LARGE' }
    )
    t.strictSame(written(folder), ['out.xlsx'])
  })
})

t.test('aborted: nothing stays, and the thread was not held meanwhile', async (t) => {
  const folder = t.testdir()
  await withCourse(folder, LARGE, async (book, request) => {
    await t.rejects(writeWorkbook(book, { ...request, signal: AbortSignal.abort(new Error('before')) }), {
      message: 'before',
    })
    const controller = new AbortController()
    let chunks = 0
    // The abort comes from the event loop, so that it is late if rows are written without letting go of the
    // thread.
    await t.rejects(
      writeWorkbook(book, {
        ...request,
        signal: controller.signal,
        onProgress: () => {
          if (chunks++ === 0) {
            setImmediate(() => {
              controller.abort(new Error('enough'))
            })
          }
        },
      }),
      { message: 'enough' }
    )
    t.ok(chunks < 8, `${chunks} chunks were written`)
    t.strictSame(written(folder), [])
    const steps: number[] = []
    await writeWorkbook(book, {
      ...request,
      onProgress: (done, of) => {
        t.equal(of, 500)
        steps.push(done)
      },
    })
    t.ok(steps.length > 8)
    t.strictSame(steps, steps.toSorted((a, b) => a - b))
    t.equal(steps.at(-1), 500)
  })
})

t.test('what the file system throws comes through', async (t) => {
  const folder = t.testdir()
  await withCourse(folder, PHYSICS, async (book, request) => {
    writeFileSync(request.file, 'another file')
    await t.rejects(writeWorkbook(book, request), { code: 'EEXIST' })
    t.equal(readFileSync(request.file, 'utf8'), 'another file')
    await t.rejects(writeWorkbook(book, { ...request, file: join(folder, 'nowhere', 'out.xlsx') }), {
      code: 'ENOENT',
    })
  })
})

t.test('a file that cannot grow any more', async (t) => {
  const folder = t.testdir()
  const database = join(folder, 'book.sqlite')
  await makeBookDatabase(database, LARGE)
  const script = fileURLToPath(new URL('write-until-full.ts', import.meta.url))
  // In blocks of 512 bytes: more than the database's own index in shared memory, less than the workbook.
  // Without what the test runner adds to processes, since that listens to the signal of this limit and ends
  // them by it.
  const run = spawnSync('sh', [
    '-c',
    'unset NODE_OPTIONS; ulimit -f 128 && exec "$0" "$@"',
    process.execPath,
    script,
    database,
    join(folder, 'out.xlsx'),
  ], { encoding: 'utf8' })
  t.equal(run.stdout, 'EFBIG', run.stderr)
  t.strictSame(written(folder), [])
})

t.test('the machine’s own zone changes nothing', async (t) => {
  const zone = process.env['TZ']
  t.teardown(() => {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  })
  const folder = t.testdir()
  const hashes: string[] = []
  for (const name of ['UTC', 'Pacific/Kiritimati', 'America/New_York']) {
    process.env['TZ'] = name
    hashes.push((await makeWorkbook(folder, name.replace('/', '-'), PHYSICS)).facts.sha256)
  }
  t.equal(new Set(hashes).size, 1)
})
