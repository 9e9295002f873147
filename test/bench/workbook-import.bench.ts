// What the import of a large Excel workbook costs: `npx node test/bench/workbook-import.bench.ts
// [--students 8000] [--tasks 300]`. It writes a Moodle grade book whose every score has a text of its own
// (100 MB with the defaults), and imports it in a fresh process into an empty database. Nothing is asserted.
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import yazl from 'yazl'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { importSources } from '../../src/imports/import-sources.ts'
import { columnLetters } from '../../src/imports/column-letters.ts'
import { workbookFiles } from '../imports/workbooks.ts'

const { values } = parseArgs({
  options: {
    students: { type: 'string', default: '8000' },
    tasks: { type: 'string', default: '300' },
    // Of the child process.
    child: { type: 'string' },
  },
})
const HEADER = ['First name', 'Last name', 'ID number', 'Email address']
const [students, tasks] = [Number(values.students), Number(values.tasks)]

if (values.child === undefined) await main()
else await runImport(values.child)

async function main (): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-bench-'))
  try {
    const file = join(folder, 'book.xlsx')
    await writeBook(file)
    const args = ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), '--child', folder]
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    process.stdout.write(`${(statSync(file).size / 1e6).toFixed(1)} MB: ${stdout}${stderr}\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runImport (folder: string): Promise<void> {
  const database = sqliteFile(join(folder, 'perfbook.sqlite'))
  await (await openDatabase(database)).close()
  const began = performance.now()
  const outcome = await importSources([join(folder, 'book.xlsx')], {
    database,
    stagingFolder: join(folder, 'staging'),
    defaultTimeZone: 'UTC',
    course: 'Bench',
    dryRun: false,
    strict: false,
    allowRemovals: false,
    maxBytes: 2 ** 31,
    now: Date.now,
  })
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  process.stdout.write(JSON.stringify({
    added: outcome.ok ? outcome.summary.scores.added : outcome.errors,
    seconds: Number(((performance.now() - began) / 1000).toFixed(1)),
    cpuSeconds: Number(((userCPUTime + systemCPUTime) / 1e6).toFixed(1)),
    peakMb: Math.round(maxRSS / 1024),
  }))
}

async function writeBook (file: string): Promise<void> {
  const zip = new yazl.ZipFile()
  for (const [path, text] of Object.entries(workbookFiles({ sheets: [{ name: 'Grades', rows: '' }] }))) {
    if (!path.includes('/worksheets/')) zip.addBuffer(Buffer.from(text), path)
  }
  zip.addReadStream(Readable.from(textsXml()), 'xl/sharedStrings.xml')
  zip.addReadStream(Readable.from(sheetXml()), 'xl/worksheets/sheet1.xml')
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(file))
}

function * textsXml (): Generator<string> {
  const shared = (text: string) => `<si><t>${text}</t></si>`
  yield '<sst>'
  for (let row = 0; row < students; row++) {
    const person = [`Ann${row}`, `Lee${row}`, `00${row}`, `ann${row}@example.edu`]
    const feedback = Array.from({ length: tasks }, () => `Good work ${randomBytes(30).toString('base64')}`)
    yield [...person, ...feedback].map(shared).join('')
  }
  yield '</sst>'
}

function * sheetXml (): Generator<string> {
  const letters = Array.from({ length: HEADER.length + 2 * tasks }, (_, at) => columnLetters(at + 1))
  const names = [...HEADER]
  for (let task = 1; task <= tasks; task++) {
    names.push(`Quiz: Q${task} (Percentage)`, `Quiz: Q${task} (Feedback)`)
  }
  yield '<worksheet><sheetData><row r="1">'
  yield names.map((name, at) => `<c r="${letters[at]}1" t="str"><v>${name}</v></c>`).join('')
  yield '</row>'
  let text = 0
  for (let row = 2; row < students + 2; row++) {
    const cells = letters.map((letter, at) => at < HEADER.length || at % 2 === 1
      ? `<c r="${letter}${row}" t="s"><v>${text++}</v></c>`
      : `<c r="${letter}${row}"><v>${(row * 7 + at * 13) % 1000 / 10}</v></c>`)
    yield `<row r="${row}" spans="1:${letters.length}">${cells.join('')}</row>`
  }
  yield '</sheetData></worksheet>'
}
