import { serveTasks } from '../../../src/jobs/task-thread.ts'
import type { WordCountTask } from './word-count.job.ts'

export type ExampleTasks = { wordCount: WordCountTask }

export const { run, load } = serveTasks<ExampleTasks>({
  wordCount: async () => (await import('./word-count.task.ts')).wordCount,
})
