// Every course of the corpus before the gates: each misses what another sees. LibreOffice has a file of its
// own.
import t from 'tap'
import { readWithJava } from '../../support/java.ts'
import { packageFaults, readParts } from '../../support/ooxml.ts'
import { validationFaults } from '../../support/ooxml-validator.ts'
import { readWithOpenpyxl } from '../../support/openpyxl.ts'
import { findJava, findOpenpyxl, needs } from '../../support/tools.ts'
import { compareCorpus, makeCorpus, someOfEach } from './made-corpus.ts'

// Other programs do most of the work here; on a busy machine that takes minutes.
t.setTimeout(600_000)

const made = await makeCorpus(t.testdir())
const files = made.map(({ file }) => file)

t.test('the package', async (t) => {
  for (const { title, file } of made) t.strictSame(await packageFaults(file), [], title)
})

t.test('the Open XML SDK finds nothing', async (t) => {
  t.strictSame(await validationFaults(someOfEach(made).map(({ file }) => file)), [])
})

t.test('Java reads every part, from front to back', needs(findJava()), async (t) => {
  const read = readWithJava(files)
  for (const { title, file } of made) {
    const sizes = Array.from(await readParts(file), ([path, bytes]) => [path, bytes.length])
    t.strictSame([...read.get(file)!], sizes, title)
  }
})

t.test('as openpyxl reads it', needs(findOpenpyxl()), async (t) => {
  const read = readWithOpenpyxl(files)
  compareCorpus(t, made, files.map((file) => read.get(file)!), { tolerance: 1e-14 })
})
