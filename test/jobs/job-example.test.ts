// The worked example of docs/jobs.md: it says what these files say, and it works.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { withTask } from '../../src/jobs/job-kind.ts'
import { createWorkerPool } from '../../src/jobs/worker-pool.ts'
import { createJobService } from '../support/job-service.ts'
import { testFolder } from '../support/test-folder.ts'
import type { ExampleTasks } from './example/tasks.ts'
import { wordCountKind } from './example/word-count.job.ts'

const TASKS = new URL('./example/tasks.ts', import.meta.url)

t.test('docs/jobs.md shows the example as it is', async (t) => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/jobs.md'), 'utf8')
  for (const name of ['word-count.job.ts', 'word-count.task.ts']) {
    const source = readFileSync(join(import.meta.dirname, 'example', name), 'utf8')
    t.ok(text.includes(`\`\`\`ts\n${source}\`\`\`\n`), name)
  }
})

t.test('the example works', async (t) => {
  const folder = testFolder(t)
  mkdirSync(join(folder, 'counts'))
  const pool = createWorkerPool<ExampleTasks>({ tasksFile: TASKS, threads: 1, memoryMb: 64 })
  const kind = withTask(pool, 'wordCount', wordCountKind({ folder: join(folder, 'counts') }))
  const service = await createJobService(t, { folder, kinds: [kind], pool })
  await service.runner.start()
  const count = async (text: string) => {
    const { job } = await service.request({
      kind: 'word-count',
      key: `word-count:${text}`,
      payload: { text },
    })
    return await service.settled(job.id)
  }
  const file = join(folder, 'counts', '1.txt')
  t.match(await count('To be,\nor not to be'), {
    state: 'succeeded',
    progress: 1,
    result: JSON.stringify({ words: 6, file }),
  })
  t.equal(readFileSync(file, 'utf8'), '6\n')
  t.match(await count(' '), {
    state: 'failed',
    attempts: 1,
    error_code: 'NO_WORDS',
    error_message: 'There are no words in this text.',
  })
  t.notOk(existsSync(join(folder, 'counts', '2.txt')))
})
