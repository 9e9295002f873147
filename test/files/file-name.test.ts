import fc from 'fast-check'
import t from 'tap'
import { assertPathPart, cleanFilename, MAX_FILENAME_BYTES } from '../../src/files/file-name.ts'

t.test('a name is one part of a path', async (t) => {
  for (
    const [given, clean] of [
      ['../../etc/passwd', 'passwd'],
      ['C:\\Users\\me\\slides.pdf', 'slides.pdf'],
      ['a/b\\c.txt', 'c.txt'],
      ['..', 'file'],
      ['.', 'file'],
      ['', 'file'],
      ['folder/', 'file'],
      ['.htaccess', 'htaccess'],
      ['...hidden.txt', 'hidden.txt'],
      ['notes. . .', 'notes'],
      ['  two   words\t.txt', 'two words.txt'],
    ] as const
  ) t.equal(cleanFilename(given), clean)
})

t.test('nothing in it misleads or cannot be kept', async (t) => {
  for (
    const [given, clean] of [
      ['photo\u202egpj.exe', 'photogpj.exe'],
      ['a\u2066b\u2069\u200e\u061c.pdf', 'ab.pdf'],
      ['line\nbreak\u0000\u0007\u0085\u2028.txt', 'linebreak.txt'],
      ['\ufeffbom.csv', 'bom.csv'],
      ['a<b>:"|?*.txt', 'a_b______.txt'],
      ['half \ud800 pair.txt', 'half \ufffd pair.txt'],
      ['e\u0301te\u0301.pdf', 'été.pdf'],
      ['日本語 スライド.pptx', '日本語 スライド.pptx'],
      ['family 👨‍👩‍👧.png', 'family 👨‍👩‍👧.png'],
      ['می‌خواهم.pdf', 'می‌خواهم.pdf'],
    ] as const
  ) t.equal(cleanFilename(given), clean)
})

t.test('device names of Windows', async (t) => {
  for (const given of ['con', 'CON.txt', 'nul.tar.gz', 'LPT1', 'com¹.pdf', 'CONIN$']) {
    t.equal(cleanFilename(given), `_${given}`)
  }
  t.equal(cleanFilename('aux .txt'), '_aux.txt')
  for (const given of ['console.txt', 'com10.txt', 'context', 'null.txt', 'a.con']) {
    t.equal(cleanFilename(given), given)
  }
})

t.test('at most 200 bytes, the extension kept', async (t) => {
  const long = cleanFilename(`${'ä'.repeat(300)}.xlsx`)
  t.equal(Buffer.byteLength(long), 199)
  t.equal(long, `${'ä'.repeat(97)}.xlsx`)
  t.equal(cleanFilename(`${'a'.repeat(199)} .pdf`), `${'a'.repeat(196)}.pdf`)
  t.equal(cleanFilename(`${'👩‍👧'.repeat(30)}.png`), `${'👩‍👧'.repeat(17)}.png`, 'never inside a character')
  const sentence = `A sentence. ${'With much after the dot '.repeat(20)}`
  t.equal(
    cleanFilename(sentence),
    sentence.slice(0, 200).trim(),
    'what follows the last dot of a sentence is no extension'
  )
  t.equal(cleanFilename(`z${'\u0335'.repeat(300)}.txt`), 'file.txt', 'one character of 601 bytes')
})

t.test('whatever comes, the name can be kept, and cleaning it again changes nothing', async (t) => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.stringMatching(/^[.\\/ a-cCONnul:*]{0,40}$/)
  )
  const { failed, numRuns, counterexample } = fc.check(
    fc.property(text, (given) => {
      const name = cleanFilename(given)
      assertPathPart(name)
      return Buffer.byteLength(name) <= MAX_FILENAME_BYTES && name === cleanFilename(name) &&
        !/[\p{Cc}\u202a-\u202e<>:"|?*]|^[. ]|[. ]$/u.test(name)
    }),
    { numRuns: 2000 }
  )
  t.equal(failed, false, JSON.stringify(counterexample))
  t.equal(numRuns, 2000)
})

t.test('names by other rules must still be one part of a path', async (t) => {
  assertPathPart('.NET_Performance_20150430-193402.xlsx')
  for (const name of ['', '.', '..', 'a/b', 'a\\b', 'a\u0000', '\ud800', 'x'.repeat(256)]) {
    t.throws(() => {
      assertPathPart(name)
    }, /not a name for a file/)
  }
})
