import { writeFileSync } from 'node:fs'
import type { MessagePort } from 'node:worker_threads'
import type { TaskOutcome } from '../../../src/jobs/job-kind.ts'

export interface WordCountInput extends Record<string, unknown> {
  text: string
  stagingPath: string
}

export interface WordCountFacts {
  words: number
}

/**
 * Runs in a thread. What may go wrong and is known comes back as data; whatever is thrown is a bug and is
 * tried again.
 */
export function wordCount (
  { text, stagingPath, port }: WordCountInput & { port: MessagePort }
): TaskOutcome<WordCountFacts> {
  if (text.trim() === '') return { ok: false, code: 'NO_WORDS', message: 'There are no words in this text.' }
  const lines = text.split('\n')
  let words = 0
  for (const [i, line] of lines.entries()) {
    words += line.split(/\s+/).filter((word) => word !== '').length
    port.postMessage((i + 1) / lines.length)
  }
  writeFileSync(stagingPath, `${words}\n`)
  return { ok: true, facts: { words } }
}
