import { writeFileSync } from 'node:fs'
import type { TaskContext, TaskOutcome } from '../../../src/jobs/task.ts'
import type { WordCountTask } from './word-count.job.ts'

/** Runs in a thread. It returns a known failure as data. An error that it throws is a bug and is retried. */
export function wordCount (
  { text, stagingPath }: WordCountTask['input'],
  { onProgress }: TaskContext
): TaskOutcome<WordCountTask> {
  if (text.trim() === '') return { ok: false, code: 'NO_WORDS', message: 'There are no words in this text.' }
  const lines = text.split('\n')
  let words = 0
  for (const [i, line] of lines.entries()) {
    words += line.split(/\s+/).filter((word) => word !== '').length
    onProgress((i + 1) / lines.length)
  }
  writeFileSync(stagingPath, `${words}\n`)
  return { ok: true, facts: { words } }
}
