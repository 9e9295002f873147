import t from 'tap'
import { readCells } from '../../support/ooxml-cells.ts'
import { readParts } from '../../support/ooxml.ts'
import { makeWorkbook } from '../../support/workbook.ts'
import { wordsOf } from '../../../workers/workbook/words/words.ts'
import { PHYSICS } from './corpus.ts'

/** Every text, by its path; those with values are filled in with them. */
function texts (words: unknown, path = ''): Array<[string, string]> {
  if (typeof words === 'string') return [[path, words]]
  if (typeof words === 'function') {
    const given = path.endsWith('.checked') ? { students: 61, tasks: 27, scores: 1234567 } : '{0}'
    return [[path, String(words(path.endsWith('.number') ? 1234567 : given, '{1}'))]]
  }
  return Object.entries(words as object).flatMap(([name, value]) => texts(value, `${path}.${name}`))
}

const english = texts(wordsOf('en'))
const spanish = texts(wordsOf('es'))

t.test('every language says everything, in its own words', async (t) => {
  t.strictSame(spanish.map(([path]) => path), english.map(([path]) => path))
  t.strictSame([...english, ...spanish].filter(([, text]) => text.trim() === ''), [])
  const same = spanish.flatMap(([path, text]) => text === new Map(english).get(path) ? [path] : [])
  t.strictSame(same, ['.total', '.legend.provisional.mark'])
})

for (const language of ['en', 'es'] as const) {
  const { active, dropped, taskStatuses } = wordsOf(language)
  t.test(`statuses in ${language} differ, and formulas can test them`, async (t) => {
    for (const statuses of [[active, dropped], Object.values(taskStatuses)]) {
      t.equal(new Set(statuses.map((status) => status.toLowerCase())).size, statuses.length)
      t.strictSame(statuses.filter((status) => /["*?~<>=]/.test(status)), [])
    }
  })
}

t.test('numbers', async (t) => {
  t.strictSame([7, 1234, 1234567].map(wordsOf('en').number), ['7', '1,234', '1,234,567'])
  t.strictSame([7, 1234, 12345, 1234567].map(wordsOf('es').number),
    ['7', '1234', '12\u00a0345', '1\u00a0234\u00a0567'])
  const one = { students: 1, tasks: 1, scores: 0 }
  t.match(wordsOf('en').checked(one), /^1 student, 1 task, 0 scores and/)
  t.match(wordsOf('es').checked(one), /^1 estudiante, 1 tarea, 0 notas y/)
})

t.test('a workbook in Spanish says nothing in English, and declares its language', async (t) => {
  const same = new Set(spanish.map(([, text]) => text))
  const foreign = new Set(english.map(([, text]) => text).filter((text) => !same.has(text)))
  for (const sheets of ['course', 'period'] as const) {
    const made = await makeWorkbook(t.testdir(), sheets, {
      ...PHYSICS, missingCounts: 'zero', gradingScale: [{ grade: 'P', from: 0 }],
    }, { language: 'es', sheets, values: 'points' })
    const texts = (await readCells(made.file)).flatMap(({ cells }) => Object.values(cells))
    t.ok(texts.includes('Activo') && texts.includes('Comprobación'))
    t.strictSame(texts.filter((text) => typeof text === 'string' && foreign.has(text)), [])
    const parts = await readParts(made.file)
    t.match(String(parts.get('docProps/core.xml')), '<dc:language>es</dc:language>')
    t.match(String(parts.get('xl/worksheets/sheet2.xml')), /Página &amp;P de &amp;N/)
    t.notMatch(String(parts.get('xl/worksheets/sheet2.xml')), /"Active"/)
  }
  const { file } = await makeWorkbook(t.testdirName, 'english', PHYSICS)
  t.match(String((await readParts(file)).get('docProps/core.xml')), '<dc:language>en-US</dc:language>')
})
