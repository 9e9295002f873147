import t from 'tap'
import { personTerms } from '../../src/person-data/person-terms.ts'

const may = personTerms({
  sourceId: '12',
  identifiers: ['204417'],
  usernames: [],
  emails: ['may.o@example.edu'],
  names: [{ first: 'May', last: "O'Neil (Jr.)" }],
})

t.test('whole words are removed, with any characters', async (t) => {
  t.equal(
    may.remove('name is "May O\'Neil (Jr.)", id 12, expected 120 or 412'),
    'name is "[erased]", id [erased], expected 120 or 412'
  )
  t.equal(
    may.remove('MAY.O@EXAMPLE.EDU; Mayer and mayor stay, so does may'),
    '[erased]; Mayer and mayor stay, so does may'
  )
  t.equal(
    may.remove('\u041cMay is a word of its own'),
    '\u041cMay is a word of its own',
    'letters of any script'
  )
  t.equal(may.isIn('nothing here'), false)
})

t.test('in JSON only texts, and not what was asked for', async (t) => {
  const json = JSON.stringify({
    choices: { course: 'May' },
    requestedBy: 'Will May',
    errors: [{ code: 'May', message: 'May', line: 12 }],
  })
  t.strictSame(JSON.parse(may.removeFromJson(json) ?? ''), {
    ...JSON.parse(json),
    errors: [{ code: 'May', message: '[erased]', line: 12 }],
  })
  t.equal(may.removeFromJson('{"a":["b"]}'), undefined)
  t.strictSame(may.textsOfJson(json), ['May'])
})

t.test('a file is named after a person by more than a word or a short number', async (t) => {
  for (const name of ['essay May_ONeil.pdf', 'Trip in May.pdf', '12.pdf', 'report-20441.pdf']) {
    t.equal(may.isFilename(name), false, name)
  }
  for (const name of [
    "may-O'Neil (Jr.).pdf",
    "O'NEIL (JR.), MAY.pdf",
    'x 204417.csv',
    'may.o@example.edu.txt',
  ]) { t.equal(may.isFilename(name), true, name) }
})

t.test('a text of megabytes that nearly matches', async (t) => {
  const text = "May O'Neil (Jr. ".repeat(200_000)
  t.equal(may.remove(text), text.replaceAll('May', '[erased]'))
})

t.test('a person without name and id is found nowhere', async (t) => {
  const unnamed = personTerms({
    sourceId: null,
    identifiers: [],
    usernames: [],
    emails: [],
    names: [{ first: null, last: ' ' }],
  })
  t.equal(unnamed.isIn('anything'), false)
  t.equal(unnamed.isFilename('anything'), false)
  t.equal(unnamed.remove('anything'), 'anything')
})
