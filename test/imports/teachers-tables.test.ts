// Tables as school systems and teachers write them, none of which is a known format: the guess is imported
// without a correction, or the error says what to do.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readColumnMap } from '../../src/imports/column-maps/read-map.ts'
import { fileFolder } from '../support/test-folder.ts'
import { createWorld, showErrors } from './bundles.ts'
import { rowsXml, writeWorkbook } from './workbooks.ts'

const world = await createWorld(t, fileFolder(t))
let courses = 0

/** Imports a file with the guess of its columns into a new course. */
async function takeGuess (path: string) {
  const course = `Course ${++courses}`
  const { guess } = await world.import(path, { course, dryRun: true })
  if (guess === undefined) throw new Error('There is no guess.')
  const map = readColumnMap(JSON.stringify(guess.map), 'map')
  const outcome = await world.import(path, { course, map })
  if (!outcome.ok) throw new Error(showErrors(outcome).join('; '))
  const book = (await world.books()).find(({ name }) => name === course)!
  return { course, book, students: guess.students, summary: outcome.summary }
}

function csv (...rows: string[]): string {
  const file = join(world.folder, 'g.csv')
  writeFileSync(file, `${rows.join('\n')}\n`)
  return file
}

t.test('one assignment, described above its table (PowerSchool); the next file is another one', async (t) => {
  const file = (title: string, points: string) => csv(
    'Teacher Name:,"Smith, Jane",', 'Class:,1(A) Biology,', `Assignment Name:,${title},`,
    'Due Date:,2026-09-15,', `Points Possible:,${points},`, 'Extra Points:,0.0,', 'Score Type:,POINTS,',
    'Student Num,Student Name,Score,', '101234,"Adams, Amy",18,', '101235,"Brown, Bob",15.5,',
    '101236,"Clark, Cy",Missing,'
  )
  const { course, book } = await takeGuess(file('Chapter 1 Quiz', '20.0'))
  t.match(book.tasks, [/^Chapter 1 Quiz .*2026-09-15.*\| 20$/])
  t.match(book.students.map(({ who, id, cells }) => [who, id, cells]), [
    ['Amy Adams', '101234', { 'Chapter 1 Quiz': /^completed 0\.9/ }],
    ['Bob Brown', '101235', { 'Chapter 1 Quiz': /^completed 0\.775/ }],
    ['Cy Clark', '101236', { 'Chapter 1 Quiz': /^missing/ }],
  ])
  t.match(await world.import(file('Chapter 1 Quiz', '20.0'), { course }), { ok: true }, 'is remembered')
  t.match(showErrors(await world.import(file('Unit Test', '50'), { course })), [/is not in a known format/])
})

t.test('rows of categories, dates and points around the header (Infinite Campus, Skyward)', async (t) => {
  const campus = await takeGuess(csv(
    '"Lakeview High School","Grade Book Export"', '"Teacher: Ng, Pat","Printed: 11/26"', '',
    '"Student Number","Student Name","Grade","HW 1.1","Ch 1 Test","In-Progress %","In-Progress Grade"',
    '"","","","Homework","Tests","",""', '"","","Due","09/08/2026","09/18/2026","",""',
    '"","","Pts","10","100","",""', '"400123","Adams, Amy Lynn","09","10","88","90.1","A-"',
    '"400124","Brown, Bob","09","M","72","77.5","C+"'
  ))
  t.equal(campus.students, 2)
  t.match(campus.book.tasks, [
    /^HW 1\.1 \| Homework .*2026-09-08.*\| 10$/, /^Ch 1 Test \| Tests .*2026-09-18.*\| 100$/,
  ])
  t.match(campus.book.students, [
    { who: 'Amy Lynn Adams', id: '400123' }, { cells: { 'HW 1.1': /^missing/ } },
  ])
  const skyward = await takeGuess(csv(
    'Class:,BIOLOGY I / 3,Teacher:,J SMITH,Term:,T1', ',,,Assignment:,Cell Lab,Ch 2 Quiz',
    ',,,Category:,Labs,Quizzes', ',,,Date Due:,09/08/26,09/12/26', ',,,Max Score:,50,20',
    'Name,Other ID,Grade,T1 Avg,,', '"ADAMS, AMY L",ADAMSAMY000,09,94.2,48,19',
    '"CLARK, CY",CLARKCY000,10,,*,14'
  ))
  t.match(skyward.book.tasks, [/^Cell Lab \| Labs .*\| 50$/, /^Ch 2 Quiz \| Quizzes .*\| 20$/])
  t.match(skyward.book.students, [{ id: 'ADAMSAMY000', cells: { 'Cell Lab': /0\.96/ } }, { who: 'CY CLARK' }])
  const names = skyward.summary.columns?.map(({ name }) => name)
  t.strictSame(names, ['Name', 'Other ID', 'Grade', 'T1 Avg', 'Cell Lab', 'Ch 2 Quiz'])
})

t.test('points at the end of the header, and short names of columns (Aeries, itslearning)', async (t) => {
  const aeries = await takeGuess(csv(
    'Stu#,Student Name,Grd,1 - HW Ch. 1 - 10,2 - Lab: Density - 20,Overall %,Mark',
    '1001,"Adams, Amy",9,10,18,92.3,A-', '1002,"Brown, Bob",9,NA,15,83,B'
  ))
  t.match(aeries.book.tasks, [/^1 - HW Ch\. 1 \|.*\| 10$/, /^2 - Lab: Density \|.*\| 20$/])
  t.match(aeries.book.students, [{ id: '1001' }, { id: '1002' }])
  const itslearning = await takeGuess(csv(
    'Navn;Brukernavn;Innlevering 1 (10);Prøve kapittel 2 (maks 40)', 'Hansen, Kari;kahan;8,5;33',
    'Ødegård, Liv;livod;;36'
  ))
  t.match(itslearning.book.tasks, [/^Innlevering 1 .*\| 10$/, /^Prøve kapittel 2 .*\| 40$/])
  t.match(itslearning.book.students, [{ who: 'Kari Hansen', cells: { 'Innlevering 1': /0\.85/ } }, {}])
})

t.test("a teacher's own workbook: merged groups over titles, averages in between", async (t) => {
  const german = await writeWorkbook(world, 'noten.xlsx', {
    sheets: [{
      name: '9b',
      rows: rowsXml([
        ['Physik 9b – Noten 1. Halbjahr'], [null],
        ['Nr.', 'Name', 'Vorname', 'Hausaufgaben', null, 'Klassenarbeiten', null, 'Schnitt'],
        [null, null, null, 'HA 1', 'HA 2', 'KA 1', 'KA 2', null],
        [null, null, 'max. Punkte', 10, 10, 40, 50, null],
        [1, 'Adam', 'Änne', 10, 9, 33, 41, 0.84], [2, 'Braun', 'Bob', 8, null, 22.5, 30, 0.7],
        [null, 'Durchschnitt Gruppe A', null, 9, 9, 31, 38, null], [null], ['Gruppe B'],
        [1, 'Dietz', 'Di', 7, 'EX', 25, 35, 0.7], [null, 'Durchschnitt gesamt', null, 8.8, 8.5, 32, 40, null],
        [null], ['EX = entschuldigt'],
      ]),
      after: `<mergeCells>${['A3:A4', 'D3:E3', 'F3:G3'].map((ref) => `<mergeCell ref="${ref}"/>`).join('')}` +
        '</mergeCells>',
    }],
  })
  const { book, students, summary } = await takeGuess(german)
  t.equal(students, 3)
  t.match(book.tasks, [
    /^HA 1 \| Hausaufgaben .*\| 10$/, /^HA 2 \| Hausaufgaben/, /^KA 1 \| Klassenarbeiten .*\| 40$/, /^KA 2 /,
  ])
  t.strictSame(book.students.map(({ who }) => who), ['Änne Adam', 'Bob Braun', 'Di Dietz'])
  t.match(summary, { students: { added: 3 }, scores: { added: 11 } })

  const english = await writeWorkbook(world, 'p3.xlsx', {
    sheets: [{
      name: 'P3',
      rows: rowsXml([
        ['Period 3 Biology'], ['Student', null, 'Homework', null, 'Quizzes', null, 'Average'],
        ['Last', 'First', 1, 2, 1, 2, null], ['Possible', null, 10, 10, 25, 25, null],
        ['Adams', 'Amy', 10, 9, 22, 20, 0.9], ['Class average', null, 9, 9, 18.5, 20, 0.8],
        ['Clark', 'Cy', 8, 'EX', 25, 24, 0.95],
      ]),
    }],
  })
  const own = await takeGuess(english)
  t.match(own.book.tasks, [
    /^Homework 1 \| Homework .*\| 10$/, /^Homework 2 \| Homework/, /^Quizzes 1 \| Quizzes .*\| 25$/,
    /^Quizzes 2/,
  ])
  t.strictSame(own.book.students.map(({ who }) => who), ['Amy Adams', 'Cy Clark'])
})

t.test('a table with a row for each score is refused with what to do', async (t) => {
  const path = csv(
    'StudentID,LastName,FirstName,AssignmentName,DueDate,Score,MaxScore',
    '1001,Adams,Amy,HW 1,2026-09-08,10,10', '1001,Adams,Amy,Quiz 1,2026-09-15,22,25',
    '1002,Brown,Bob,HW 1,2026-09-08,8,10',
    '1002,Brown,Bob,Quiz 1,2026-09-15,,25'
  )
  const outcome = await world.import(path, { course: 'Long', dryRun: true })
  t.match(showErrors(outcome), [/^g\.csv: has a row for each score, expected .*; make a pivot table of it/])
  t.equal(outcome.guess, undefined)
})
