// The errors of imports that the page says in its languages.
import t from 'tap'
import ts from 'typescript'
import { howToExplainMark } from '../../src/imports/option-names.ts'
import { IMPORT_ERRORS, importError, type ImportErrorName } from '../../src/imports/error-messages.ts'
import { GradeColumn } from '../../src/imports/grade-book/grade-column.ts'
import { Problems } from '../../src/imports/problems.ts'
import { TableNumbers } from '../../src/imports/sources/table-numbers.ts'
import { findTemplate } from '../../src/message-templates.ts'
import { REFUSALS } from '../../src/refusals.ts'
import { fillInReason } from '../../src/page/fill-in/fill-in-reason.ts'
import { importErrorText } from '../../src/page/imports/page-words.ts'
import { translator, type TextKey, type Values } from '../../src/page/texts/catalogue.ts'
import { en, es } from '../page/texts.ts'
import { sourceFiles, sourceText } from '../support/imports.ts'

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

t.test('each is said in Spanish on the page, also where a table cannot be filled in', async (t) => {
  const translate = translator(es, 'es', 'es')
  const texts = {
    language: 'es' as const,
    t: translate,
    known: (key: string, values?: Values) => key in es ? translate(key as TextKey, values) : undefined,
    reason: () => 'it has no text',
  }
  for (const [name, template] of Object.entries(IMPORT_ERRORS) as Array<[ImportErrorName, string]>) {
    const message = importError(name, Object.fromEntries(placesIn(template).map((place, i) => [place, i])))
    const spanish = importErrorText(message, texts) ?? message
    t.ok(spanish !== message && !spanish.includes('{'), `${name}: ${spanish}`)
  }
  const reasonOf = (message: string) => fillInReason(new Error(message), texts)
  t.equal(reasonOf('The file has no sheet with cells.'), 'El archivo: no tiene ninguna hoja con celdas.')
  t.equal(reasonOf('The file, row 3, has a NUL character.'), 'Fila 3 del archivo: tiene un carácter NUL.')
  t.equal(reasonOf('The file has another error.'), 'it has no text')
})

t.test('where an error is made, each place of its template has a value', async (t) => {
  const made = sourceFiles('src/imports').flatMap((file) => errorsMadeIn(file))
  t.ok(made.length > 100)
  const lacking = made.flatMap(({ name, given, file }) => {
    const places = placesIn(IMPORT_ERRORS[name]).filter((place) => !given.includes(place))
    return places.length === 0 || given.includes('...') ? [] : [`${file}: ${name}: ${places.join(', ')}`]
  })
  t.strictSame(lacking, [])
})

interface Made {
  file: string
  name: ImportErrorName
  /** Names of the values; `...` if there are others. */
  given: string[]
}

/** Calls of `importError` with a name that is written there. */
function errorsMadeIn (file: string): Made[] {
  const found: Made[] = []
  const constants: Array<{ name: string, value: ts.Expression }> = []
  const namesIn = (node: ts.Expression): string[] => {
    if (ts.isStringLiteral(node)) return [node.text]
    return ts.isConditionalExpression(node) ? [node.whenTrue, node.whenFalse].flatMap(namesIn) : []
  }
  const givenIn = (node: ts.Expression | undefined): string[] => {
    if (node === undefined) return []
    if (ts.isObjectLiteralExpression(node)) return node.properties.map((one) => one.name?.getText() ?? '...')
    const constant = constants.findLast(({ name }) => name === node.getText())
    return constant === undefined ? ['...'] : givenIn(constant.value)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.initializer !== undefined) {
      constants.push({ name: node.name.getText(), value: node.initializer })
    }
    if (ts.isCallExpression(node) && node.expression.getText() === 'importError') {
      const [name, values] = node.arguments
      const names = name === undefined ? [] : namesIn(name) as ImportErrorName[]
      found.push(...names.map((name) => ({ file, name, given: givenIn(values) })))
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, sourceText(file), ts.ScriptTarget.Latest, true))
  return found
}

t.test('scores that are not numbers', async (t) => {
  const errorOf = (text: string, howToExplain?: () => string) => {
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
    errorOf('X', () => howToExplainMark('session')),
    { name: 'unknown_mark', values: { title: 'Quiz', value: 'X', mark: 'X' } }
  )
  t.match(errorOf('1,234'), { name: 'ambiguous_number', values: { whole: '1234', decimal: '1.234' } })
})
