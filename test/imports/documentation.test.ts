import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ROSTER_FILES } from '../../src/imports/oneroster/roster-files.ts'
import { WARNINGS } from '../../src/imports/messages.ts'

const text = readFileSync(join(import.meta.dirname, '../../docs/data-in.md'), 'utf8')

t.test('docs/data-in.md says what each warning means, and no other', async (t) => {
  t.strictSame(
    Array.from(text.matchAll(/^\| `([a-z_0-9]+)` \|/gm), ([, code]) => code),
    Object.keys(WARNINGS)
  )
})

t.test('and which columns must be there', async (t) => {
  for (const { name, required } of ROSTER_FILES) {
    const row = new RegExp(`^\\| ${name} \\| (.*) \\|$`, 'm').exec(text)?.[1] ?? ''
    t.strictSame(Array.from(row.matchAll(/\*\*(\w+)\*\*/g), ([, column]) => column), [
      'sourcedId',
      ...required,
    ], name)
  }
})
