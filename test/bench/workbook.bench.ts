// The workbook against other writers: same content, each in a fresh process, one after the other in rounds.
//
//   npm run bench -- [--sizes 300x60,2000x150] [--rounds 3] [--writers perfbook,floor]
//
// Ours reads a database on disk and does all that an export does; the others make their content up in memory
// and write one worksheet without headings, so that what is compared favours them. A writer that is not on
// this machine is left out.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readParts } from '../support/ooxml.ts'
import { makeBenchDatabase } from './workbook-peers/bench-database.ts'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '30x20,300x60,2000x150,10000x200,50000x200' },
    rounds: { type: 'string', default: '3' },
    writers: { type: 'string' },
  },
})

interface Writer {
  name: string
  /** Beyond so many cells it is not asked: it takes minutes or all memory. */
  mostCells: number
  command: (peers: string, folder: string) => string[] | undefined
}

const node =
  (script: string) => (peers: string): string[] => [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    join(peers, script),
  ]
const python = (name: string) => (peers: string): string[] | undefined =>
  spawnSync('/usr/bin/python3', ['-c', `import ${name}`]).status === 0
    ? ['/usr/bin/python3', join(peers, 'writers.py'), name]
    : undefined

const WRITERS: Writer[] = [
  { name: 'perfbook', mostCells: Infinity, command: node('perfbook.ts') },
  { name: 'perfbook, warm thread', mostCells: Infinity, command: node('perfbook-warm.ts') },
  { name: 'floor', mostCells: Infinity, command: node('floor.ts') },
  { name: 'libxlsxwriter (C)', mostCells: Infinity, command: compiled },
  { name: 'exceljs streaming', mostCells: Infinity, command: node('exceljs-stream.ts') },
  { name: 'exceljs document', mostCells: 2_000_000, command: node('exceljs-document.ts') },
  { name: 'SheetJS', mostCells: 2_000_000, command: node('sheetjs.ts') },
  { name: 'xlsx-populate alone', mostCells: 2_000_000, command: node('xlsx-populate.ts') },
  { name: 'xlsxwriter (Python)', mostCells: 2_000_000, command: python('xlsxwriter') },
  { name: 'openpyxl (Python)', mostCells: 2_000_000, command: python('openpyxl') },
]

interface Measures {
  wallMs: number
  ms: number
  cpuMs: number
  peakKb: number
  bytes: number
}

const folder = mkdtempSync(join(tmpdir(), 'workbook-bench-'))
const peers = fileURLToPath(new URL('workbook-peers/', import.meta.url))
const print = (text: string): void => {
  process.stdout.write(text + '\n')
}
try {
  const wanted = values.writers?.split(',')
  const writers = WRITERS.filter(({ name }) =>
    wanted === undefined || wanted.some((part) => name.startsWith(part))
  )
    .map((writer) => ({ ...writer, argv: writer.command(peers, folder) })).filter(({ argv }) =>
      argv !== undefined
    )
  print(
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${
      cpus()[0]?.model ?? 'unknown'
    }, Node ${process.version}, median of ${values.rounds} rounds\n`
  )
  print(
    '| students × tasks | writer | writing, s | × ours | process, s | CPU of writing, s ' +
      '| peak memory, MB | file, MB |'
  )
  print('| --- | --- | --: | --: | --: | --: | --: | --: |')
  for (const size of values.sizes.split(',')) {
    const [students, tasks] = size.split('x').map(Number) as [number, number]
    const input = await makeInput(students, tasks)
    const asked = writers.filter(({ mostCells }) => students * tasks <= mostCells)
    const found = new Map(asked.map(({ name }) => [name, [] as Measures[]]))
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const { name, argv } of asked) found.get(name)!.push(run(name, argv!, students, tasks, input))
    }
    const ours = median(found.get('perfbook') ?? [], 'ms')
    for (const [name, measured] of found) {
      const [ms, wall, cpu, peak] = [
        median(measured, 'ms'),
        median(measured, 'wallMs'),
        median(measured, 'cpuMs'),
        median(measured, 'peakKb'),
      ]
      print(
        `| ${students.toLocaleString('en')} × ${tasks} | ${name} | ${seconds(ms)} | ${
          (ms / ours).toFixed(2)
        } | ${seconds(wall)} | ${seconds(cpu)} | ${Math.round(peak / 1024)} | ${
          (measured[0]!.bytes / 1e6).toFixed(2)
        } |`
      )
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** A database with the content, and the worksheet's XML for the floor. */
async function makeInput (students: number, tasks: number): Promise<{ database: string, xml: string }> {
  const database = join(folder, `${students}x${tasks}.sqlite`)
  await makeBenchDatabase(database, students, tasks)
  const file = join(folder, 'for-the-floor.xlsx')
  run('perfbook', node('perfbook.ts')(peers), students, tasks, { database, xml: '' }, file)
  const xml = join(folder, `${students}x${tasks}.xml`)
  writeFileSync(xml, (await readParts(file)).get('xl/worksheets/sheet2.xml')!)
  return { database, xml }
}

function run (
  name: string,
  argv: string[],
  students: number,
  tasks: number,
  { database, xml }: { database: string, xml: string },
  file = join(folder, 'out.xlsx')
): Measures {
  const input = name.startsWith('perfbook') ? [database] : name === 'floor' ? [xml] : []
  const begun = performance.now()
  const child = spawnSync(argv[0]!, [...argv.slice(1), String(students), String(tasks), file, ...input], {
    encoding: 'utf8',
  })
  const wallMs = performance.now() - begun
  if (child.status !== 0) throw new Error(`${name} at ${students}x${tasks}: ${child.stderr.slice(-500)}`)
  const measures = {
    wallMs,
    ...JSON.parse(child.stdout) as Omit<Measures, 'wallMs' | 'bytes'>,
    bytes: statSync(file).size,
  }
  if (file.endsWith('out.xlsx')) rmSync(file)
  return measures
}

/** The program in C, where there is a compiler and the library. */
function compiled (peers: string, folder: string): string[] | undefined {
  const program = join(folder, 'libxlsxwriter')
  return spawnSync('cc', ['-O2', '-o', program, join(peers, 'libxlsxwriter.c'), '-lxlsxwriter']).status === 0
    ? [program]
    : undefined
}

function median (measured: Measures[], which: keyof Measures): number {
  const sorted = measured.map((each) => each[which]).sort((a, b) => a - b)
  return sorted.length === 0 ? NaN : sorted[Math.floor(sorted.length / 2)]!
}

function seconds (ms: number): string {
  return ms < 1000 ? (ms / 1000).toFixed(3) : (ms / 1000).toFixed(2)
}
