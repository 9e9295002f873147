// What runs in threads: each exported function is a task, which the pools call by its name. A thread loads
// what its tasks need and no more: the readers' never sees a workbook.
import { platform, setPriority } from 'node:os'
import { move, transferableSymbol, valueSymbol } from 'piscina'
import { keepCompiled } from '../src/compile-cache.ts'
import type { importUpload as Import } from './import-upload.ts'
import type { performanceExport as Export } from './performance-export.ts'
import type { BookBytes, ReadBookInput, TrySettingsInput } from './read-book.ts'
import type { sweepFiles as Sweep } from './sweep-files.ts'

keepCompiled()

export async function performanceExport (...input: Parameters<typeof Export>) {
  standBack()
  return await (await import('./performance-export.ts')).performanceExport(...input)
}
export async function importUpload (...input: Parameters<typeof Import>) {
  standBack()
  return await (await import('./import-upload.ts')).importUpload(...input)
}
export async function sweepFiles (...input: Parameters<typeof Sweep>) {
  standBack()
  return await (await import('./sweep-files.ts')).sweepFiles(...input)
}
export async function readBookPage (input: ReadBookInput) {
  return handOver((await import('./read-book.ts')).readBookPage(input))
}
export async function trySettings (input: TrySettingsInput) {
  return handOver((await import('./read-book.ts')).trySettings(input))
}

/** Nice value of a thread that runs jobs. */
const BACKGROUND = 10
let isBehind = false

/**
 * Where there is not enough of the processor for all, whoever asks something is served before a workbook is:
 * a thread of its own priority is Linux's alone.
 */
function standBack (): void {
  if (isBehind || platform() !== 'linux') return
  isBehind = true
  setPriority(BACKGROUND)
}

/** So that the first export, or the first look at a book, need not wait for code to be loaded. */
export async function warmExports (): Promise<void> {
  await import('./performance-export.ts')
}
export async function warmReads (): Promise<void> {
  await import('./read-book.ts')
}

/** For `perfbook doctor`: all of the above can be loaded in a thread. */
export async function answer (): Promise<string> {
  await Promise.all([
    import('./performance-export.ts'),
    import('./import-upload.ts'),
    import('./sweep-files.ts'),
    import('./read-book.ts'),
  ])
  return 'here'
}

/** Bytes change hands without being copied. */
function handOver (answer: BookBytes): unknown {
  if (!answer.ok) return answer
  const transfer = answer.chunks.map((chunk) => chunk.buffer)
  return move({ [transferableSymbol]: transfer, [valueSymbol]: answer } as never)
}
