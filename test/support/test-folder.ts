import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/**
 * A new folder that goes with the test, after its teardowns: tap would remove it before them if it was asked
 * for first.
 */
export function testFolder (t: Test, content?: Parameters<Test['testdir']>[0]): string {
  t.teardown(() => {})
  return t.testdir(content)
}

/**
 * A new folder that all tests of a file share. It is removed after the last one. Files that run in one
 * process share the top-level test, and so its `testdir`.
 */
export function fileFolder (t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-test-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  return folder
}
