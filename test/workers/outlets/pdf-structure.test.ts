// The structure of a tagged PDF: each piece of content belongs to one element, and a reader finds either from
// the other.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sqliteFile } from '../../../db/index.ts'
import { benchBook } from '../../bench/workbook-peers/bench-database.ts'
import { makeBookDatabase } from '../../support/book-database.ts'
import { pdfObjects, type PdfObject } from '../../support/pdf-objects.ts'
import { testFolder } from '../../support/test-folder.ts'
import { findQpdf, needs, pathOf } from '../../support/tools.ts'
import { writtenOutlet } from './written-outlet.ts'

const NOW = Date.UTC(2015, 3, 30)

const numberOf = (text: string | undefined, pattern: RegExp) => Number(pattern.exec(text ?? '')?.[1])
const all = (text: string, pattern: RegExp) => Array.from(text.matchAll(pattern), (match) => match[1] ?? '')

/** Pages in their order. */
function pagesOf (objects: Map<number, PdfObject>, id: number): number[] {
  const text = objects.get(id)?.text ?? ''
  if (!text.includes('/Kids')) return [id]
  return all(/\/Kids \[(.*?)\]/.exec(text)?.[1] ?? '', /(\d+) 0 R/g)
    .flatMap((kid) => pagesOf(objects, Number(kid)))
}

t.test('content, elements and the parent tree agree', async (t) => {
  const folder = testFolder(t)
  const database = join(folder, 'a.sqlite')
  const [id = 0] = await makeBookDatabase(database, benchBook(12, 90))
  const { file, students } = await writtenOutlet(folder, sqliteFile(database), id, { format: 'pdf' }, NOW)
  t.equal(students, 12)
  const bytes = readFileSync(file)
  const objects = pdfObjects(bytes)
  const root = [...objects.values()].find(({ text }) => text.includes('/Type /Catalog'))?.text
  const textOf = (id: number) => objects.get(id)?.text ?? ''
  const pages = pagesOf(objects, numberOf(root, /\/Pages (\d+) 0 R/))
  const topPages = textOf(numberOf(root, /\/Pages (\d+) 0 R/))
  t.equal(pages.length, numberOf(topPages, /\/Count (\d+)/))
  t.ok(pages.length >= 2 * students, 'a report has several pages')
  const tree = textOf(numberOf(root, /\/StructTreeRoot (\d+) 0 R/))
  const parents = new Map<number, number[]>()
  for (const leaf of all(textOf(numberOf(tree, /\/ParentTree (\d+) 0 R/)), /(\d+) 0 R/g)) {
    const text = textOf(Number(leaf))
    const keys: number[] = []
    for (const [, key, elements = ''] of text.matchAll(/(\d+)\[([^\]]*)\]/g)) {
      keys.push(Number(key))
      parents.set(Number(key), all(elements, /(\d+) 0 R/g).map(Number))
    }
    t.match(text, `/Limits[${Math.min(...keys)} ${Math.max(...keys)}]`)
  }
  const contents = new Map<string, number>()
  for (const page of pages) {
    const content = objects.get(numberOf(textOf(page), /\/Contents (\d+) 0 R/))
    const stream = content?.stream?.toString('latin1') ?? ''
    const elements = parents.get(numberOf(textOf(page), /\/StructParents (\d+)/)) ?? []
    const marks = Array.from(stream.matchAll(/^\/(\w+) <<\/MCID (\d+)>> BDC$/gm))
    const numbers = marks.map(([, , mark]) => Number(mark))
    t.strictSame(numbers, elements.map((_, i) => i), 'each mark once, in order')
    t.notMatch(stream.replace(/^\/\w+ <<[^>]*>> BDC$.*?^EMC$/gms, ''), /T[jJ]$/m, 'no text without a mark')
    const isOther = (type: string | undefined, mark: string | undefined) =>
      !textOf(elements[Number(mark)] ?? 0).includes(`/S/${type ?? ''}/`)
    const wrong = marks.filter(([, type, mark]) => isOther(type, mark))
    t.strictSame(wrong, [], 'content has the type of its element')
    for (const [, , mark] of marks) contents.set(`${page} ${mark}`, elements[Number(mark)] ?? 0)
  }
  const seen = new Set<string>()
  let sections = 0
  const walk = (id: number, parent: number) => {
    const text = textOf(id)
    if (numberOf(text, /\/P (\d+) 0 R/) !== parent) t.fail(`${id} is not below ${parent}`)
    if (text.includes('/S/Sect/')) sections++
    const page = numberOf(text, /\/Pg (\d+) 0 R\/[KA]/)
    const kids = /\/K ?\[(.*)\]\s*>>/s.exec(text)?.[1] ?? ''
    for (const [, other, otherMark, kid, mark] of kids.matchAll(
      /<<\/Type\/MCR\/Pg (\d+) 0 R\/MCID (\d+)>>|(\d+) 0 R|(\d+)/g
    )) {
      if (kid !== undefined) walk(Number(kid), id)
      else {
        const content = `${other ?? page} ${otherMark ?? mark}`
        if (contents.get(content) !== id) t.fail(`${content} belongs to another element than ${id}`)
        seen.add(content)
      }
    }
  }
  walk(numberOf(tree, /\/K \[(\d+) 0 R\]/), numberOf(root, /\/StructTreeRoot (\d+) 0 R/))
  t.equal(sections, students)
  t.strictSame(seen.size, contents.size, 'all content is in the tree')
  const outline = textOf(numberOf(root, /\/Outlines (\d+) 0 R/))
  let bookmarks = 0
  let item = numberOf(outline, /\/First (\d+)/)
  for (; !Number.isNaN(item); item = numberOf(textOf(item), /\/Next (\d+)/)) {
    if (!pages.includes(numberOf(textOf(item), /\/Dest \[(\d+) 0 R/))) t.fail(`bookmark ${item} is of no page`)
    bookmarks++
  }
  t.strictSame([bookmarks, numberOf(outline, /\/Count (\d+)/)], [students, students])
  t.test('as qpdf checks it', needs(findQpdf()), async (t) => {
    const { status, stderr } = spawnSync(pathOf(findQpdf()), ['--check', file], { encoding: 'utf8' })
    t.strictSame([status, stderr], [0, ''])
  })
})
