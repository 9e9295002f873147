import t from 'tap'
import { boundMessage, isNameTooLong, listNames, shorten, shortenName } from '../src/short-text.ts'

t.test('a text is cut where it is too long, and never inside a character', async (t) => {
  t.equal(shorten('x'.repeat(60)), 'x'.repeat(60))
  t.equal(shorten('x'.repeat(61)), `${'x'.repeat(59)}…`)
  const emoji = shorten('😀'.repeat(1000), 60)
  t.ok(emoji.isWellFormed() && emoji.length <= 60)
  t.equal(boundMessage('y'.repeat(5000)).length, 1000)
})

t.test('the end of a file name is kept', async (t) => {
  const short = shortenName(`${'a'.repeat(500)}.csv`)
  t.equal(short.length, 60)
  t.match(short, /^a+…a+\.csv$/)
  t.ok(shortenName('😀'.repeat(500)).isWellFormed())
})

t.test('a list of names says how many it leaves out', async (t) => {
  t.equal(listNames(['a', 'b']), 'a, b')
  t.equal(
    listNames(Array.from({ length: 5000 }, (_, i) => `c${i}`)),
    'c0, c1, c2, c3, c4, c5, c6, c7 and 4992 more'
  )
})

t.test('a character of two units counts once', async (t) => {
  t.strictSame(
    ['é'.repeat(1000), 'é'.repeat(1001), '😀'.repeat(1000), '😀'.repeat(1001)].map(isNameTooLong),
    [
      false,
      true,
      false,
      true,
    ]
  )
})
