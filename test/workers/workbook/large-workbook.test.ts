// A workbook of more than 2,684,354 cells, the size from which LibreOffice and Java once refused ours.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readWithJava } from '../../support/java.ts'
import { LibreOffice } from '../../support/libreoffice.ts'
import { readParts } from '../../support/ooxml.ts'
import { findJava, findLibreOffice, needs } from '../../support/tools.ts'
import { makeWorkbook, type MadeWorkbook } from '../../support/workbook.ts'

const STUDENTS = 18_000
const TASKS = 150
const POSSIBLE = 10

// Other programs do most of the work here; on a busy machine that takes minutes.
t.setTimeout(600_000)

const points = (i: number, j: number): number => (i * 7 + j * 13) % (POSSIBLE + 1)

const folder = t.testdir()
let made: MadeWorkbook

t.before(async () => {
  made = await makeWorkbook(folder, 'large', {
    categories: [{ name: 'Homework', weight: 1 }],
    tasks: Array.from({ length: TASKS }, (_, j) => (
      { title: `Task ${j}`, category: 0, pointsPossible: POSSIBLE }
    )),
    students: Array.from({ length: STUDENTS }, (_, i) => ({
      lastName: String(i).padStart(6, '0'),
      identifier: `id-${i}`,
      cells: Array.from({ length: TASKS }, (_, j) => points(i, j)),
    })),
  })
})

t.test('Java reads every part to its end', needs(findJava()), async (t) => {
  const sizes = Array.from(await readParts(made.file), ([path, bytes]) => [path, bytes.length])
  t.strictSame([...readWithJava([made.file]).get(made.file)!], sizes)
})

t.test('LibreOffice opens it, and shows the last student', needs(findLibreOffice()), async (t) => {
  const csv = readFileSync(new LibreOffice(join(folder, 'office')).toCsv(made.file, 'Performance'), 'utf8')
  const lines = csv.trimEnd().split('\n')
  t.equal(lines.length, 8 + STUDENTS)
  const last = STUDENTS - 1
  const cells = lines.at(-1)!.split(',')
  t.strictSame(cells.slice(0, 5), [String(last).padStart(6, '0'), '', `id-${last}`, '', 'Active'])
  t.strictSame(cells.slice(-TASKS), Array.from({ length: TASKS }, (_, j) => `${points(last, j) * 10}%`))
})
