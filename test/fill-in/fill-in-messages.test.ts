// Messages with a row, a column or names in them, which the page translates.
import t from 'tap'
import { FILL_IN_TEMPLATES, fillInMessage, templateOf } from '../../src/fill-in/fill-in-messages.ts'

t.test('the values are found again in the message', async (t) => {
  const values: Record<string, string> = {
    row: '1200',
    column: 'Grade "A" {row} more than once.',
    sheet: 'A"; its sheets are: B',
    sheets: 'C, D\n$&',
  }
  for (const [name, text] of Object.entries(FILL_IN_TEMPLATES)) {
    const template = name as keyof typeof FILL_IN_TEMPLATES
    const named = Array.from(text.matchAll(/\{(\w+)\}/g), ([, value = '']) => value)
    const own = Object.fromEntries(named.map((value) => [value, values[value] ?? '']))
    const message = fillInMessage(template, own)
    for (const value of Object.values(own)) t.ok(message.includes(value))
    t.strictSame(templateOf(message), { template, values: own })
  }
  t.equal(templateOf('The file is empty.'), undefined)
})
