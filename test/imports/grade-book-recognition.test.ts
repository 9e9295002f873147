// Which files are recognized as a grade book.
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'
import type { ImportOptions } from '../../src/imports/import-options.ts'
import { makeWorkbook } from '../support/workbook.ts'
import { createWorld, showErrors, writeZip, type World } from './bundles.ts'

const CASES = join(import.meta.dirname, '../fixtures/data-in')

async function take (world: World, name: string, text: string, options: Partial<ImportOptions> = {}) {
  const file = join(world.folder, name)
  writeFileSync(file, text)
  return await world.import(file, { course: 'X', ...options })
}

const takeCase = (
  world: World,
  file: string,
  options: Partial<ImportOptions> = {}
) => world.import(join(CASES, file), { course: 'X', ...options })

t.test('files of other systems are refused by name, with what to do instead', async (t) => {
  const world = await createWorld(t)
  for (
    const [file, name, advice] of [
      ['fmt-canvas-sis-csv/b.zip', 'a Canvas SIS import file', 'ask your student information system'],
    ] as const
  ) {
    const errors = showErrors(await takeCase(world, file))
    t.equal(errors.length, 1, file)
    t.match(errors[0], `This looks like ${name}`)
    t.match(errors[0], advice)
    t.ok(errors[0]!.length < 1000)
  }
  const refused = async (text: string, options = {}) => showErrors(await take(world, 'g.csv', text, options))
  t.match(
    await refused('First name,Last name,Email address,ID number,HW 1\nAnn,Lee,ann@example.edu,0042,7\n'),
    [/is not in a known format: .*with a column map, --map FILE\.json/],
    'columns that all systems share'
  )
  t.match(showErrors(await takeCase(world, 'fmt-plain-csv/g.csv')), [
    /is not in a known format: .*say what its columns are with a column map/,
  ])
  t.match(
    await refused('Name,Student ID,HW 1\n"Lee, Ann",0042,7\n"Fox, Ben,0043,8\n'),
    [/^g\.csv:3: has an opening quote that is never closed/],
    'what is wrong with a row, not that the format is unknown'
  )
  t.match(
    await refused(`${'x'.repeat(1_100_000)},"[Total Pts: ${'[total pts: '.repeat(1000)}"\n`),
    [/is not in a known format/],
    'a header of a megabyte'
  )
  t.strictSame(await world.books(), [])
})

t.test('separators in titles do not count; for another language, the error says how to export', async (t) => {
  const world = await createWorld(t)
  const refused = async (text: string, options = {}) => showErrors(await take(world, 'g.csv', text, options))
  const odd =
    'First name,ID number,Quiz: A; B; C (Percentage),"Quiz: ""D;"" (Percentage)"\nAnn,0042,50 %,60 %\n'
  const taken = await take(world, 'g.csv', odd, { dryRun: true })
  t.match(taken, { ok: true, summary: { tasks: { added: 2 } } }, 'semicolons in titles')

  const other =
    /^g\.csv(:1)?: This looks like a Moodle grade export in another language; .*to English and export again/
  const danish = 'Fornavn,Efternavn,ID-nummer,E-mailadresse,' +
    '"Opgave: Stil (Procent)","Kursus i alt (Procent)",Hentet\n' +
    'Ann,Lee,0042,ann@school.example,"75,00 %","75,00 %",1700000000\n'
  const french =
    'Prénom,Nom,Adresse de courriel,Devoir : Essai (Étrange)\nAnn,Lee,ann@school.example,"75,00 %"\n'
  const japanese =
    '名,姓,メールアドレス,小テスト: 一 (評点),ダウンロード\nAnn,Lee,ann@school.example,7,1700000000\n'
  for (const text of [danish, french, japanese]) {
    t.match(await refused(text), [other], text.slice(0, 20))
  }
  t.match(await refused(danish, { format: 'moodle' }), [/has no Moodle grade columns: .*in English/])
  t.match(
    await refused('Name,Note: first (half)\nAnn,7\n'),
    [/is not in a known format/],
    "a table of one's own"
  )
  t.match(await refused(`Vorname,Q: ${'(x'.repeat(400)}\nAnn,7\n`), [/is not in a known format/])
  t.strictSame(await world.books(), [])
})

t.test('a workbook of ours is no source; any other one is named as before', async (t) => {
  const world = await createWorld(t)
  const { file } = await makeWorkbook(world.folder, 'book', {
    name: 'Physics',
    categories: [{ name: 'Homework' }],
  })
  const ours = [
    `${
      basename(file)
    }: is a Perfbook export, which cannot be imported; import the file that the course came from`,
  ]
  t.strictSame(showErrors(await world.import(file, { course: 'X' })), ours)
  t.strictSame(showErrors(await world.import(file, { course: 'X', format: 'canvas' })), ours)
  const large = await writeZip(join(world.folder, 'large.xlsx'), {
    '[Content_Types].xml': '<Types/>',
    'docProps/core.xml': `<dc:creator>Perfbook</dc:creator>${' '.repeat(70_000)}`,
  })
  t.match(
    showErrors(await world.import(large)),
    [/^large\.xlsx: is an Office document, but not an Excel workbook/],
    'properties that are no properties are not read'
  )
})

t.test('a format that is forced still makes no task of a column that is no grade', async (t) => {
  const world = await createWorld(t)
  for (
    const file of [
      'fmt-blackboard-ultra/gc.csv',
      'fmt-brightspace/g.csv',
      'fmt-google-classroom/g.csv',
      'fmt-gradescope/g.csv',
      'fmt-schoology/g.csv',
      'fmt-plain-csv/g.csv',
    ]
  ) {
    t.match(
      showErrors(await takeCase(world, file, { format: 'moodle' })),
      [/has no Moodle grade columns: their headers end with \(Real\), \(Percentage\) or \(Letter\)/],
      file
    )
    t.notSame(showErrors(await takeCase(world, file, { format: 'canvas' })), [], file)
  }
  t.strictSame(await world.books(), [])
})
