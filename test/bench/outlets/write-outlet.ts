// One export in a process of its own: DATABASE FILE, and options as JSON. Prints the measures as JSON. With
// --expose-gc, also what is in use after a full garbage collection, at a quarter of the students and at the
// end.
import { readFileSync, rmSync, statSync } from 'node:fs'
import { sqliteFile } from '../../../db/index.ts'
import { completeOptions, type ExportOptions } from '../../../src/exports/export-options.ts'
import { performanceExport } from '../../../workers/performance-export.ts'

const [database = '', file = '', options = '{}'] = process.argv.slice(2)
rmSync(file, { force: true })
const retained: number[] = []
function onProgress (fraction: number): void {
  if (global.gc === undefined || fraction < [0.25, 1, Infinity][retained.length]!) return
  global.gc()
  const { heapUsed, external } = process.memoryUsage()
  retained.push(heapUsed + external)
}
const begun = performance.now()
const outcome = await performanceExport({
  database: sqliteFile(database),
  courseId: 1,
  options: completeOptions(JSON.parse(options) as Partial<ExportOptions>),
  requestedBy: 'bench',
  stagingPath: file,
  now: Date.UTC(2015, 3, 30),
  paper: 'a4',
  reportFont: '',
}, { onProgress, signal: new AbortController().signal })
const ms = performance.now() - begun
if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`)
// Not getrusage's maximum: that begins with what the process had that started this one.
const peakKb = Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
process.stdout.write(JSON.stringify({ ms, peakKb, bytes: statSync(file).size, retained }) + '\n')
