// Workbooks as LibreOffice prints them.
import { readFileSync } from 'node:fs'
import t from 'tap'
import type { CourseDescription } from '../../support/book-database.ts'
import { LibreOffice } from '../../support/libreoffice.ts'
import { findLibreOffice, needs } from '../../support/tools.ts'
import { makeWorkbook } from '../../support/workbook.ts'

// LibreOffice does most of the work here; on a busy machine that takes minutes.
t.setTimeout(600_000)

const CATEGORIES = ['Homework', 'Reading', 'Labs', 'Quizzes', 'Tests']

function course (students: number, tasks: number, more: CourseDescription): CourseDescription {
  return {
    name: 'R&D for beginners',
    term: 'Spring 2015',
    periods: ['1st', '2nd', '3rd'],
    categories: CATEGORIES.map((name) => ({ name, weight: 0.2 })),
    tasks: Array.from({ length: tasks }, (_, j) => ({
      title: `Task ${j + 1}: what follows from the second law of motion`,
      category: j % CATEGORIES.length,
      dueOn: '2015-03-02',
      pointsPossible: 10,
    })),
    students: Array.from({ length: students }, (_, i) => ({
      lastName: `Castellanos-Martinez ${i}`,
      firstName: 'Maria Fernanda',
      identifier: String(20_000_000 + i),
      email: `maria.fernanda.castellanos.${i}@students.example.edu`,
      period: i % 3,
      cells: Array.from(
        { length: tasks },
        (_, j) => (i + j) % 7 === 0 ? { status: 'in_progress' } : (i + j) % 11
      ),
    })),
    ...more,
  }
}

t.test('pages', needs(findLibreOffice()), async (t) => {
  const folder = t.testdir()
  const make = async (name: string, described: CourseDescription, sheets: 'course' | 'period' = 'course') =>
    (await makeWorkbook(folder, name, described, { sheets })).file
  const files = [
    await make('class', course(61, 27, { timeZone: 'America/Chicago' })),
    await make('small', course(20, 8, { timeZone: 'Europe/Berlin' })),
    await make('periods', course(90, 20, { timeZone: 'Europe/Berlin' }), 'period'),
  ]
  const [large, small, periods] = new LibreOffice(folder).toPdf(files).map(pagesOf)
  // Summary is one of the pages.
  t.ok(large!.length <= 1 + 8, `61 students and 27 tasks take ${large!.length} pages`)
  t.strictSame(large!.slice(1), large!.slice(1).map(() => [792, 612]), 'letter, landscape')
  t.strictSame(small!.map(([width]) => width), [595, 842, 842], 'A4: Summary, then students')
  t.ok(periods!.length <= 1 + 3 * 4, `three periods take ${periods!.length} pages`)
})

/** Width and height of each page, in points. */
function pagesOf (pdf: string): Array<[number, number]> {
  const pages = readFileSync(pdf, 'latin1').matchAll(/\/Type\/Page\/[^]*?\/MediaBox\[0 0 ([\d.]+) ([\d.]+)\]/g)
  return Array.from(pages, ([, width, height]) => [Math.round(Number(width)), Math.round(Number(height))])
}
