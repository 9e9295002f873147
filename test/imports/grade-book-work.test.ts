// Linear time, by counting: a table that is ten times as long takes about ten times as much work.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'

t.test('the work of an import grows with the size of its table, not faster', async (t) => {
  // The coverage of this process would be reset by the counting.
  const { NODE_V8_COVERAGE: _, ...env } = process.env
  const script = join(import.meta.dirname, 'count-work.ts')
  const output = execFileSync(process.execPath, [script, t.testdir()], { encoding: 'utf8', env })
  const counted = JSON.parse(output) as Record<string, [number, number]>
  t.equal(Object.keys(counted).length, 9)
  for (const [shape, [small, large]] of Object.entries(counted)) {
    t.ok(small > 500 && large < 13 * small, `${shape}: ${small}, ${large}`)
  }
})
