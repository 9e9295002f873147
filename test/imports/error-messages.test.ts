// The errors of imports that the page says in its languages.
import t from 'tap'
import { howToExplainMark } from '../../src/imports/option-names.ts'
import { IMPORT_ERRORS, importError, type ImportErrorName } from '../../src/imports/error-messages.ts'
import { GradeColumn } from '../../src/imports/grade-book/grade-column.ts'
import { Problems } from '../../src/imports/problems.ts'
import { TableNumbers } from '../../src/imports/sources/table-numbers.ts'
import { findTemplate } from '../../src/message-templates.ts'
import { REFUSALS } from '../../src/refusals.ts'
import { en } from '../page/texts.ts'

const english: Record<string, unknown> = en
const placesIn = (text: string) => Array.from(text.matchAll(/\{(\w+)\}/g), ([, name = '']) => name)

t.test('the page has a text for each, which names nothing that the message does not', async (t) => {
  const all = [['importError', IMPORT_ERRORS], ['refusal', REFUSALS]] as const
  for (const [kind, templates] of all) {
    const names = Object.keys(english).filter((key) => key.startsWith(`${kind}.`))
    t.strictSame(names.toSorted(), Object.keys(templates).map((name) => `${kind}.${name}`).toSorted())
    for (const [name, template] of Object.entries(templates)) {
      const places = placesIn(template)
      t.ok(placesIn(String(english[`${kind}.${name}`])).every((place) => places.includes(place)), name)
    }
  }
})

t.test('the template of a message is found again, with what it quotes', async (t) => {
  for (const [name, template] of Object.entries(IMPORT_ERRORS) as Array<[ImportErrorName, string]>) {
    const values = Object.fromEntries(placesIn(template).map((place, i) =>
      [place, `“${i}” (a, b) $& {x}`]))
    t.strictSame(findTemplate(importError(name, values), IMPORT_ERRORS), { name, values })
  }
  for (const [name, template] of Object.entries(REFUSALS)) {
    t.equal(findTemplate(template, REFUSALS)?.name, name)
  }
  t.equal(findTemplate('another message', IMPORT_ERRORS), undefined)
})

t.test('scores that are not numbers', async (t) => {
  const errorOf = (text: string, howToExplain?: (mark: string) => string) => {
    const problems = new Problems()
    const column = new GradeColumn({
      title: 'Quiz',
      numbers: new TableNumbers({ isCommaSeparator: true }),
      alsoExpected: 'EX or a blank cell',
      ...(howToExplain === undefined ? {} : { howToExplain }),
    })
    column.grade('7', { file: 'a.csv', line: 2 }, problems)
    column.grade(text, { file: 'a.csv', line: 3 }, problems)
    column.end(problems)
    return findTemplate(problems.errors[0]?.message ?? '', IMPORT_ERRORS)
  }
  t.match(errorOf('good'), { name: 'not_a_number', values: { title: 'Quiz', value: 'good' } })
  t.match(
    errorOf('X', (mark) => howToExplainMark(mark, 'session')),
    { name: 'unknown_mark', values: { title: 'Quiz', value: 'X', mark: 'X' } }
  )
  t.match(errorOf('1,234'), { name: 'ambiguous_number', values: { whole: '1234', decimal: '1.234' } })
})
