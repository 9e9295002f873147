// What runs in threads: each exported function is a task, which the pools call by its name.
import { move, transferableSymbol, valueSymbol } from 'piscina'
import { readBookPage as readPage, trySettings as tryThem, type BookBytes, type ReadBookInput, type TrySettingsInput } from './read-book.ts'

export { importUpload } from './import-upload.ts'
export { performanceExport } from './performance-export.ts'
export { sweepFiles } from './sweep-files.ts'

/** For `perfbook doctor`: all of the above could be loaded in a thread. */
export function answer (): string { return 'here' }

export function readBookPage (input: ReadBookInput) { return handOver(readPage(input)) }
export function trySettings (input: TrySettingsInput) { return handOver(tryThem(input)) }

/** Bytes change hands without being copied. */
function handOver (answer: BookBytes): unknown {
  if (!answer.ok) return answer
  const transfer = answer.chunks.map((chunk) => chunk.buffer)
  return move({ [transferableSymbol]: transfer, [valueSymbol]: answer } as never)
}
