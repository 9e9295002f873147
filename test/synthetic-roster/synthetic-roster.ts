import type { Test } from 'tap'
import { join } from 'node:path'
import type { SyntheticRosterOptions } from '../../src/synthetic-roster/options.ts'
import {
  writeSyntheticRoster,
  type WriteRosterRequest,
  type WrittenRoster,
} from '../../src/synthetic-roster/write-roster.ts'

export const SMALL: SyntheticRosterOptions = {
  seed: 1,
  schools: 1,
  courses: 1,
  students: 120,
  tasks: 30,
  periods: 3,
  startsOn: '2026-01-12',
}

/** Writes a small roster into a fresh folder; what is given replaces the defaults. */
export async function write (
  t: Test,
  options: Partial<SyntheticRosterOptions> = {},
  request: Partial<WriteRosterRequest> = {}
): Promise<WrittenRoster & { path: string }> {
  const path = request.output ?? join(t.testdir(), 'roster.zip')
  const written = await writeSyntheticRoster({
    options: { ...SMALL, ...options },
    format: 'oneroster',
    version: '1.1',
    output: path,
    force: false,
    signal: new AbortController().signal,
    ...request,
  })
  return { ...written, path }
}
