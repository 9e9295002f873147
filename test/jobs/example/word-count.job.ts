import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { exponentialBackoff, type JobKind } from '../../../src/jobs/job-kind.ts'

export interface WordCountTask {
  input: { text: string, stagingPath: string }
  facts: { words: number }
  failure: 'NO_WORDS'
}

/** Counts the words of a text and keeps the count in a file and in the job's result. */
export function wordCountKind ({ folder }: { folder: string }): JobKind<WordCountTask> {
  return {
    name: 'word-count',
    timeLimitMs: 60_000,
    maxAttempts: 3,
    backoffMs: exponentialBackoff(1000, 60_000),
    // No input version: a started job serves no later request.
    async input ({ job, stagingPath }) {
      const { text } = JSON.parse(job.payload) as { text: string }
      return { text, stagingPath }
    },
    async complete ({ job, stagingPath }, { words }) {
      // Bytes first, so that no row points at nothing.
      const file = join(folder, `${job.id}.txt`)
      await rename(stagingPath, file)
      return {
        result: { words, file },
        // Then the rows that make them visible, in the transaction that ends the job. This one has no others.
        commit: async () => {},
        discard: async () => { await rm(file, { force: true }) },
      }
    },
  }
}
