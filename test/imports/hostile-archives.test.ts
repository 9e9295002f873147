import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deflateRawSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { packSources, unpackSources } from '../../src/imports/sources/packed-sources.ts'
import {
  bundleTexts,
  createWorld,
  school,
  showErrors,
  writeFolder,
  writeZip,
} from './bundles.ts'

t.test('an archive in the format for large files is read like any other', async (t) => {
  const world = await createWorld(t)
  const file = join(world.folder, 'zip64.zip')
  const zip64 = await writeZip(file, bundleTexts(school()), { forceZip64Format: true })
  t.match(await world.import(zip64), { ok: true, summary: { scores: { added: 4 } } })
})

t.test('archives: one folder, files of desktops, damaged, encrypted, escaping, too large', async (t) => {
  const world = await createWorld(t)
  const files = bundleTexts(school())
  const inside = Object.fromEntries(Object.entries(files).map(([name, text]) => [`export/${name}`, text]))
  const good = await writeZip(join(world.folder, 'good.zip'), {
    ...inside,
    '__MACOSX/export/._users.csv': 'x',
    'export/.DS_Store': 'x',
    'readme.txt': 'x',
  })
  t.match(await world.import(good), { ok: true, summary: { scores: { added: 4 } } })

  const zipped = async (name: string, content: Buffer) => {
    const file = join(world.folder, name)
    writeFileSync(file, content)
    return showErrors(await world.import(file))
  }
  const entry = (
    name: string,
    text: string,
    change: { flags?: number, crc?: number, size?: number } = {}
  ) => ({ name, text, ...change })
  t.match(await zipped('climb.zip', archive([entry('../users.csv', 'x')])), [
    /^climb\.zip: has an entry whose path leads out of the archive/,
  ])
  t.match(await zipped('absolute.zip', archive([entry('/etc/users.csv', 'x')])), [
    /^absolute\.zip: has an entry whose path leads out of the archive/,
  ])
  t.match(await zipped('drive.zip', archive([entry('c:\\users.csv', 'x')])), [
    /^drive\.zip: has an entry whose path leads out of the archive/,
  ])
  t.match(await zipped('secret.zip', archive([entry('users.csv', 'x', { flags: 1 })])), [
    /^secret\.zip: users\.csv is encrypted/,
  ])
  t.match(await zipped('twice.zip', archive([entry('users.csv', 'x'), entry('USERS.csv', 'y')])), [
    /^twice\.zip: has two files named USERS\.csv/,
  ])
  t.match(await zipped('crc.zip', archive([entry('users.csv', files['users.csv']!, { crc: 1 })])), [
    /^users\.csv: is damaged in its archive; download or copy the archive again/,
  ])
  t.match(await zipped('liar.zip', archive([entry('users.csv', files['users.csv']!, { size: 10 })])), [
    /^users\.csv: is damaged in its archive; download or copy the archive again/,
  ])
  t.match(await zipped('cut.zip', archive([entry('users.csv', 'x')]).subarray(0, 40)), [
    'cut.zip: is not a complete zip archive; download or copy it again',
  ])
  t.match(await zipped('none.zip', archive([])), [
    'none.zip: is empty: it has none of the files of a OneRoster bundle (users.csv, classes.csv, …)',
  ])
  const none = 'has none of the files of a OneRoster bundle (users.csv, classes.csv, …); found: '
  t.strictSame(await zipped('other.zip', archive([entry('readme.txt', 'x')])), [
    `other.zip: ${none}readme.txt`,
  ])
  const seven = Array.from({ length: 7 }, (_, i) => entry(`folder/${'x'.repeat(400)}-${i}.txt`, ''))
  const [listed] = await zipped('seven.zip', archive(seven))
  t.match(
    listed,
    /^seven\.zip: has none of .*; found: (folder\/x+…x+-\d\.txt, ){4}folder\/x+…x+-4\.txt and 2 more$/,
    'five of them'
  )
  t.ok(listed!.length < 500)
  const two = archive(['North', 'South'].map((folder) => entry(`${folder}/users.csv`, files['users.csv']!)))
  t.strictSame(await zipped('two.zip', two), [
    'two.zip: has files in 2 folders (North, South); import the files of one folder at a time',
  ])
  writeFileSync(join(world.folder, 'text.zip'), 'no zip at all')
  t.match(showErrors(await world.import(join(world.folder, 'text.zip'))), [
    'text.zip: is not a zip archive; export or download it again',
  ])

  const many = (count: number) => Array.from({ length: count }, (_, i) => entry(`${i}.txt`, ''))
  t.match(await zipped('many.zip', archive(many(99_999), { announced: 0xffff })), [
    /^many\.zip: has 65535 entries; at most 1000 are read/,
  ])
  t.match(await zipped('one-more.zip', archive(many(1001))), [
    /^one-more\.zip: has 1001 entries; at most 1000 are read/,
  ])
  t.match(await zipped('hidden.zip', archive(many(50_000), { announced: 5 })), [
    /^hidden\.zip: has more entries than the 5 that it declares/,
  ])
  t.match(await zipped('promised.zip', archive(many(5), { announced: 900 })), [
    /^promised\.zip: is not a complete zip archive/,
  ])
  const thousand = archive([...many(999), entry('notes.json', '{}')])
  t.match(await zipped('thousand.zip', thousand), [/^notes\.json/], 'a thousand are read')

  const bomb = await writeZip(join(world.folder, 'bomb.zip'), {
    'users.csv': Buffer.alloc(3_000_000, 'a,b\n'),
  })
  t.match(showErrors(await world.import(bomb, { maxBytes: 1_000_000 })), [
    /^bomb\.zip: unpacks to 3000000 bytes; an import may have at most 1000000 bytes \(IMPORT_MAX_BYTES\)/,
  ])
  const folder = writeFolder(join(world.folder, 'large'), {
    'users.csv': `sourcedId,givenName,familyName\n${'x,y,z\n'.repeat(300_000)}`,
  })
  t.match(showErrors(await world.import(folder, { maxBytes: 1_000_000 })), [
    /^users\.csv: an import may have at most 1000000 bytes/,
  ])
})

t.test('the bundle is the one folder that has the files; what is beside it is ignored', async (t) => {
  const files = bundleTexts(school())
  const within = (folder: string, some: Record<string, string> = files) =>
    Object.fromEntries(Object.entries(some).map(([name, text]) => [`${folder}${name}`, text]))
  const beside = {
    'readme.txt': 'x',
    'logs/results.csv': 'time,message\n1,ok\n',
    'logs/export.log': 'x',
    'old/notes.json': '{}',
  }
  const cases: Array<[name: string, Record<string, string>, error?: RegExp]> = [
    ['top', { ...files, ...beside }],
    ['deep', { ...within('a/b/c d/'), ...beside, 'a/summary.csv': 'x\n' }],
    ['two', { ...within('a/'), ...within('b/c/') }, /has files in 2 folders \(a, b\/c\); import/],
    ['top-and-below', { ...files, ...within('old/') }, /has files in 2 folders \(the top folder, old\)/],
    ['documents', { 'x/a.json': '{}', 'y/a.json': '{}' }, /has files in 2 folders \(x, y\)/],
  ]
  for (const [name, content, error] of cases) {
    const world = await createWorld(t)
    const zip = await writeZip(join(world.folder, `${name}.zip`), content)
    const folder = join(world.folder, name)
    for (const [path, text] of Object.entries(content)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    symlinkSync(folder, join(folder, 'link'))
    const packed = join(world.folder, 'packed')
    for (const path of [zip, folder]) {
      const outcome = await world.import(path)
      if (error === undefined) t.match(outcome, { ok: true, summary: { scores: {} } }, name)
      else t.match(showErrors(outcome), [error], name)
    }
    if (error !== undefined) continue
    t.equal((await world.book()).students.length, 3)
    await packSources([folder], packed)
    mkdirSync(join(world.folder, 'unpacked'))
    const [unpacked] = await unpackSources(packed, join(world.folder, 'unpacked'))
    const names = readdirSync(unpacked ?? '').filter((one) => one.endsWith('.csv'))
    t.strictSame(names.sort(), Object.keys(files).sort())
  }
})

t.test('a folder of more than a thousand entries at all depths', async (t) => {
  const world = await createWorld(t)
  const folder = join(world.folder, 'many')
  for (const part of ['a', 'b']) {
    const files = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`${i}.txt`, '']))
    writeFolder(join(folder, part), files)
  }
  t.match(showErrors(await world.import(folder)), [/^many: has more than 1000 entries; choose the folder/])
})

t.test('a zip in a zip is read, but not two of them, too many levels, or too many bytes', async (t) => {
  const world = await createWorld(t)
  const zipped = async (files: Record<string, string | Buffer>) =>
    readFileSync(await writeZip(join(world.folder, 'new.zip'), files))
  const refused = async (files: Record<string, string | Buffer>, options = {}) => {
    const errors = showErrors(await world.import(await writeZip(join(world.folder, 'o.zip'), files), options))
    t.strictSame(readdirSync(join(world.folder, 'staging')), [], 'nothing is left')
    return errors
  }
  const bundle = await zipped(bundleTexts(school()))
  t.strictSame(await refused({ 'a.zip': bundle, 'b.zip': bundle }), [
    'o.zip: has 2 zip archives (a.zip, b.zip); import them one at a time',
  ])
  let nested = bundle
  for (let depth = 0; depth < 3; depth++) nested = await zipped({ 'readme.txt': 'x', 'in/a.zip': nested })
  t.strictSame(await refused({ 'a.zip': nested }), ['o.zip: has zip archives that are nested too deeply'])
  t.match(await refused({ 'a.zip': 'no zip' }), ['o.zip: contains a.zip, which is not a zip archive'])
  t.match(await refused({ 'a.zip': bundle.subarray(0, -40) }), [/^o\.zip: is not a complete zip archive/])
  t.match(await refused({ 'a.zip': bundle }, { maxBytes: 500 }), [/at most 500 bytes \(IMPORT_MAX_BYTES\)/])
  const climbing = archive([{ name: '../users.csv', text: 'x' }])
  t.match(await refused({ 'a.zip': climbing }), [/^o\.zip: has an entry whose path leads out of the/])
  t.strictSame(await world.books(), [])
  t.strictSame(await refused({ 'a.zip': await zipped({ 'a.zip': bundle }) }), [], 'and one is read')
})

t.test('other archives and documents are named', async (t) => {
  const world = await createWorld(t)
  const refused = async (name: string, content: Buffer) => {
    writeFileSync(join(world.folder, name), content)
    return showErrors(await world.import(join(world.folder, name)))
  }
  t.match(await refused('b.gz', gzipSync('x')), [/^b\.gz: is a \.gz archive, expected a zip/])
  t.match(await refused('b.7z', Buffer.from('377abcaf271c00040000', 'hex')), [/^b\.7z: is a \.7z archive/])
  const rar = Buffer.from('Rar!\x1a\x07\x01\x00', 'latin1')
  t.match(await refused('b.zip', rar), [/^b\.zip: is a \.rar archive/])
  const old = Buffer.from(`d0cf11e0a1b11ae1${'00'.repeat(600)}`, 'hex')
  t.match(await refused('b.xls', old), [/^b\.xls: is an old Excel or Word document/])
  t.match(await refused('b.csv', Buffer.from('%PDF-1.7\n')), [/^b\.csv: is a PDF document/])
  t.match(await refused('letter.pdf', Buffer.from('Dear')), [/^letter\.pdf: is a PDF document, which cannot/])
  for (const bytes of ['9f03c1', 'c3e8f7a19fd3e2b8', 'ff00ff01']) {
    const [message] = await refused('teacher.xlsx', Buffer.from(bytes, 'hex'))
    t.match(message, /^teacher\.xlsx: is not an Excel workbook, .* download it again/, bytes)
  }
  for (const text of [Buffer.from('id;Präsenz\n7;3\n', 'latin1'), Buffer.from('\ufeffid;Ä\n', 'utf16le')]) {
    const message = String(await refused('table.xlsx', text))
    t.notMatch(message, /Excel workbook, /, 'a text with the name of a workbook')
  }
})

t.test('paths that are not there, or no source', async (t) => {
  const world = await createWorld(t)
  t.strictSame(showErrors(await world.import(join(world.folder, 'nowhere.zip'))), [
    'nowhere.zip: there is no such file or folder',
  ])
  t.match(showErrors(await world.import(writeFolder(join(world.folder, 'empty'), {}))), [
    'empty: is empty: it has none of the files of a OneRoster bundle (users.csv, classes.csv, …)',
  ])
  t.match(showErrors(await world.import('/dev/null')), [/^null: is neither a file nor a folder/])
  const file = join(world.folder, 'odd.csv')
  writeFileSync(file, 'a,b\n1,2\n')
  t.match(showErrors(await world.import(file)), [/^odd\.csv: is not in a known format/])
  t.match(showErrors(await world.import(file, { format: 'oneroster' })), [
    /^odd\.csv: has none of the files of a OneRoster bundle .*; found: odd\.csv$/,
  ])
  t.match(showErrors(await world.import(file, { format: 'performance-book' })), [/^odd\.csv:\$: is not JSON/])
})

t.test('entries that overlap each other, as a bomb of a zip archive has them', async (t) => {
  const world = await createWorld(t)
  const text = bundleTexts(school())['users.csv']!
  for (const at of [0, 10]) {
    const file = join(world.folder, `overlap-${at}.zip`)
    writeFileSync(file, archive([{ name: 'users.csv', text }, { name: 'orgs.csv', text, at }]))
    t.match(showErrors(await world.import(file)), [/^overlap-\d+\.zip: has entries that overlap each other/])
  }
})

/**
 * A zip archive with a given fault; `at`: where an entry is said to begin; `announced`: how many entries its
 * end says that it has.
 */
function archive (
  entries: Array<{ name: string, text: string, flags?: number, crc?: number, size?: number, at?: number }>,
  { announced = entries.length } = {}
): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  // Many entries have the same text, and each compression allocates memory of its own.
  const compressed = new Map<string, Buffer>()
  for (const { name, text, flags = 0, crc, size, at } of entries) {
    const data = compressed.getOrInsertComputed(text, deflateRawSync)
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50, 0)
    header.writeUInt16LE(20, 4)
    header.writeUInt16LE(flags, 6)
    header.writeUInt16LE(8, 8)
    header.writeUInt32LE(crc ?? 0, 14)
    header.writeUInt32LE(data.length, 18)
    header.writeUInt32LE(size ?? Buffer.byteLength(text), 22)
    header.writeUInt16LE(Buffer.byteLength(name), 26)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE(20, 6)
    header.copy(central, 8, 6, 30)
    central.writeUInt32LE(at ?? offset, 42)
    central.writeUInt16LE(0, 30)
    parts.push(header, Buffer.from(name), data)
    directory.push(central, Buffer.from(name))
    offset += 30 + Buffer.byteLength(name) + data.length
  }
  const end = Buffer.alloc(22)
  const size = directory.reduce((sum, part) => sum + part.length, 0)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(announced, 8)
  end.writeUInt16LE(announced, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, ...directory, end])
}
