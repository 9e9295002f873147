import t from 'tap'
import { exportFilename } from '../../src/exports/export-filename.ts'

const AT = Date.UTC(2015, 3, 30, 19, 34, 2)
const WORKBOOK = { label: 'Performance', extension: 'xlsx' }
const name = (course: string, timeZone = 'UTC') => exportFilename(course, { ...WORKBOOK, at: AT, timeZone })

t.test("course, what it is, and the time in the course's zone", async (t) => {
  t.equal(name('Physics I'), 'Physics_I_Performance_20150430-193402.xlsx')
  t.equal(name('Physics I', 'Asia/Tokyo'), 'Physics_I_Performance_20150501-043402.xlsx')
})

t.test('characters other than letters, digits, dots and hyphens become one underscore', async (t) => {
  t.equal(name('  AP/Bio: "cells" & more!  '), 'AP_Bio_cells_more_Performance_20150430-193402.xlsx')
  t.equal(name('a\r\nb\u0000c'), 'a_b_c_Performance_20150430-193402.xlsx')
  t.equal(name('Math 1.5-A'), 'Math_1.5-A_Performance_20150430-193402.xlsx')
})

t.test('letters of every script stay, composed', async (t) => {
  t.equal(name('الفيزياء ١'), 'الفيزياء_١_Performance_20150430-193402.xlsx')
  t.equal(name('物理学'), '物理学_Performance_20150430-193402.xlsx')
  t.equal(name('Cafe\u0301'), 'Café_Performance_20150430-193402.xlsx')
  t.equal(name('भौतिकी'), 'भौतिकी_Performance_20150430-193402.xlsx', 'vowel signs belong to their letter')
})

t.test('an empty rest becomes Course', async (t) => {
  for (const course of ['', '???', '_', '\ud800']) {
    t.equal(name(course), 'Course_Performance_20150430-193402.xlsx', JSON.stringify(course))
  }
})

t.test('at most 200 bytes, never cut inside a character', async (t) => {
  for (
    const course of [
      'x'.repeat(300),
      'ü'.repeat(300),
      '物'.repeat(300),
      `a${'物'.repeat(300)}`,
      '𝒳'.repeat(100),
      'व्या'.repeat(60),
    ]
  ) {
    const made = name(course)
    t.ok(Buffer.byteLength(made) <= 200, `${Buffer.byteLength(made)} bytes`)
    t.ok(Buffer.byteLength(made) > 180)
    t.ok(made.isWellFormed())
    t.ok(course.startsWith(made.slice(0, -'_Performance_20150430-193402.xlsx'.length)))
  }
  t.notMatch(name(`${'x'.repeat(166)} ${'y'.repeat(50)}`), /__/, 'no underscore is left at the cut')
})

t.test("a period's name follows the course's", async (t) => {
  const ofPeriod = (course: string, period: string) =>
    exportFilename(course, { ...WORKBOOK, at: AT, timeZone: 'UTC', period })
  t.equal(ofPeriod('Physics I', '3rd'), 'Physics_I_3rd_Performance_20150430-193402.xlsx')
  t.equal(ofPeriod('Physics I', ' A/B '), 'Physics_I_A_B_Performance_20150430-193402.xlsx')
  t.equal(ofPeriod('', '?'), 'Course_Period_Performance_20150430-193402.xlsx')
  for (const [course, period] of [['物', '期'], ['x', 'y']] as const) {
    for (const [a, b] of [[300, 300], [300, 2], [2, 300]] as const) {
      const made = ofPeriod(course.repeat(a), period.repeat(b))
      t.ok(Buffer.byteLength(made) <= 200, `${Buffer.byteLength(made)} bytes`)
      t.match(made, new RegExp(`^${course}{2,}_${period}{2,}_Performance_`), 'something of both')
    }
  }
  t.match(ofPeriod('Physics I', 'y'.repeat(140)), /_y{140}_/, 'cut only where it has to be')
})
