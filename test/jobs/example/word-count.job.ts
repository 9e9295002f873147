import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { exponentialBackoff, type JobKind } from '../../../src/jobs/job-kind.ts'
import type { WordCountFacts, WordCountInput } from './word-count.task.ts'

/** Counts the words of a text and keeps the count in a file beside the job's result. */
export function wordCountKind ({ folder }: { folder: string }): JobKind<WordCountFacts> {
  return {
    name: 'word-count',
    task: 'wordCount',
    timeLimitMs: 60_000,
    maxAttempts: 3,
    backoffMs: exponentialBackoff(1000, 60_000),
    // No input version: a started job serves no later request.
    async input ({ job, stagingPath }) {
      const { text } = JSON.parse(job.payload) as { text: string }
      return { text, stagingPath } satisfies WordCountInput
    },
    async complete ({ job, stagingPath }, { words }) {
      // Bytes first: they are in their place before anything says so.
      const file = join(folder, `${job.id}.txt`)
      await rename(stagingPath, file)
      return {
        // Then everything that makes them visible, in one transaction with the job's end.
        commit: async () => ({ words, file }),
        discard: async () => { await rm(file, { force: true }) },
      }
    },
  }
}
