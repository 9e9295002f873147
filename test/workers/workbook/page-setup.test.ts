// What is printed: paper, pages and footers.
import t from 'tap'
import { pageFooter, studentPages, summaryPages } from '../../../workers/workbook/page-setup.ts'
import { paperOf } from '../../../workers/workbook/paper.ts'
import { wordsOf } from '../../../workers/workbook/words/words.ts'

t.test('the paper of a time zone', (t) => {
  const letter = [
    'America/Chicago', 'America/New_York', 'America/Toronto', 'America/Mexico_City', 'America/Costa_Rica',
    'America/Puerto_Rico', 'America/Indiana/Knox', 'Pacific/Honolulu', 'US/Hawaii', 'US/Eastern',
    'Canada/Pacific', 'Asia/Manila', 'EST5EDT', 'america/denver',
  ]
  const a4 = [
    'UTC', 'Europe/London', 'America/Sao_Paulo', 'America/Argentina/Ushuaia', 'America/Santiago',
    'America/Lima', 'Asia/Tokyo', 'Australia/Sydney', 'Pacific/Auckland', 'Pacific/Kiritimati',
    'Atlantic/Azores', 'Chile/Continental',
  ]
  for (const zone of letter) t.equal(paperOf(zone), 'letter', zone)
  for (const zone of a4) t.equal(paperOf(zone), 'a4', zone)
  t.end()
})

const FOOTER = {
  course: 'Physics I',
  term: 'Spring 2015',
  generatedAt: Date.UTC(2015, 4, 1, 3),
  timeZone: 'America/Chicago',
  words: wordsOf('en'),
}

t.test('the footer', (t) => {
  t.equal(pageFooter(FOOTER), '&LPhysics I · Spring 2015 · &A&C 2015-04-30&RPage &P of &N')
  t.equal(
    pageFooter({ ...FOOTER, term: null, words: wordsOf('es') }),
    '&LPhysics I · &A&C 2015-04-30&RPágina &P de &N'
  )
  t.match(pageFooter({ ...FOOTER, course: 'R&D\n\u00072' }), /^&LR&&D 2 · Spring 2015 · &A&C/, '& and lines')
  t.match(pageFooter({ ...FOOTER, course: '1st year' }), /^&L 1st year/, 'no digit behind a code')
  t.match(pageFooter({ ...FOOTER, course: '_x0041_' }), /^&L_x005F_x0041_ /, 'no escape of Excel')
  for (const course of ['&'.repeat(300), 'a'.repeat(300), '😀'.repeat(200), '']) {
    const footer = pageFooter({ ...FOOTER, course, term: '&'.repeat(300) })
    t.ok(footer.length <= 255, `${footer.length} characters`)
    t.ok(footer.isWellFormed())
    t.equal((/^(?:[^&]|&[LCRPNA&])*$/).test(footer), true, 'every & is a part of a code')
    t.ok(footer.endsWith('&C 2015-04-30&RPage &P of &N'))
  }
  t.end()
})

const attributes = ({ xml }: { xml: string }): Record<string, string> =>
  Object.fromEntries(Array.from(
    /<pageSetup ([^>]*)\/>/.exec(xml)![1]!.matchAll(/(\w+)="([^"]*)"/g),
    ([, name, value]) => [name!, value!]
  ))

t.test('pages of a student sheet', (t) => {
  const pages = (widths: number[], students: number): Record<string, string> =>
    attributes(studentPages({ paper: 'letter', widths, headingHeight: 150, students, footer: '' }))
  t.strictSame(pages([14, 12, 12, 24, 10, 10, 11, 11], 5000), {
    paperSize: '1',
    fitToWidth: '1',
    fitToHeight: '0',
    orientation: 'landscape',
  })
  const wide = [20, 16, 12, 24, 8, 11, ...Array.from({ length: 33 }, () => 11)]
  t.strictSame(pages(wide, 61), {
    paperSize: '1',
    fitToWidth: '3',
    fitToHeight: '2',
    pageOrder: 'overThenDown',
    orientation: 'landscape',
  })
  t.equal(pages(wide, 5000)['fitToHeight'], '0', 'rows that are many do not make the scale smaller')
  const widest = Array.from({ length: 16_384 }, () => 11)
  const across = Number(pages(widest, 1)['fitToWidth'])
  t.ok(across > 16_384 * 11 / 195 && across < 2 * 16_384 * 11 / 195, `${across} pages across`)
  t.end()
})

t.test('pages of Summary', (t) => {
  const pages = (widths: number[], height: number): Record<string, string> =>
    attributes(summaryPages({ paper: 'a4', widths, height, footer: '' }))
  const onePage = { paperSize: '9', fitToWidth: '1', fitToHeight: '1', orientation: 'portrait' }
  t.match(pages([20, 24, 17, 17], 600), onePage)
  t.match(pages([20, 24, 17, 17], 3000), { fitToWidth: '1', fitToHeight: '0', orientation: 'portrait' })
  t.match(pages(Array.from({ length: 12 }, () => 17), 600), { fitToHeight: '1', orientation: 'landscape' })
  t.end()
})
