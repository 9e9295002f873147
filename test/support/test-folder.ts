import type { Test } from 'tap'

/**
 * A new folder that goes with the test, after its teardowns: tap would remove it before them if it was asked
 * for first.
 */
export function testFolder (t: Test, content?: Parameters<Test['testdir']>[0]): string {
  t.teardown(() => {})
  return t.testdir(content)
}
