// Reports in files of their own share the open fonts, and nothing else.
import { spawnSync } from 'node:child_process'
import fs, { readFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import JSZip from 'jszip'
import t from 'tap'
import { sqliteFile } from '../../../db/index.ts'
import { makeBookDatabase } from '../../support/book-database.ts'
import { testFolder } from '../../support/test-folder.ts'
import { findPdftotext, needs, pathOf } from '../../support/tools.ts'
import { writtenOutlet } from './written-outlet.ts'

const NOW = Date.UTC(2015, 3, 30)
/** The glyph of the first one's letter has the glyph of the second one's as a part. */
const NAMES = ['Až', 'Bz']
/** More than the layouts of words are kept for. */
const OTHERS = Array.from({ length: 40 }, (_, i) => `C${i}`)

t.test('reports in files of their own', async (t) => {
  const folder = testFolder(t)
  const database = join(folder, 'a.sqlite')
  const [id = 0] = await makeBookDatabase(database, {
    name: 'Physics',
    tasks: [{ title: 'Motion' }],
    students: [...NAMES, ...OTHERS].map((lastName, i) => ({ lastName, cells: [i / 100] })),
  })
  const opened: string[] = []
  const { readFileSync: read } = fs
  fs.readFileSync = ((path: string, ...rest: []) => {
    if (/\.ttf$/.test(String(path))) opened.push(path)
    return read(path, ...rest)
  }) as typeof fs.readFileSync
  syncBuiltinESMExports()
  t.teardown(() => {
    fs.readFileSync = read
    syncBuiltinESMExports()
  })
  const options = { format: 'pdf', split: true } as const
  const { file, students } = await writtenOutlet(folder, sqliteFile(database), id, options, NOW)
  t.equal(students, NAMES.length + OTHERS.length)
  t.equal(opened.length, 2, 'each font is opened once: it takes longer than a report')
  t.equal(new Set(opened).size, 2)
  t.test('as pdftotext reads them', needs(findPdftotext()), async (t) => {
    const zip = await JSZip.loadAsync(readFileSync(file))
    const texts = await Promise.all(Object.values(zip.files).map(async (part) => {
      const input = await part.async('nodebuffer')
      const { status, stdout } = spawnSync(pathOf(findPdftotext()), ['-', '-'], { input, encoding: 'utf8' })
      t.equal(status, 0)
      return stdout.normalize('NFC')
    }))
    for (const name of [...NAMES, ...OTHERS]) {
      t.equal(texts.filter((one) => one.startsWith(`${name}\n`)).length, 1, `${name} has one report`)
    }
  })
})
