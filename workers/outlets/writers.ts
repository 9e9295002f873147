// What writes each format. Writers are loaded when an export needs them.
import type { FormatName } from '../../src/exports/export-options.ts'
import type { WriteOutlet } from './outlet.ts'

export const WRITERS: Readonly<Record<FormatName, () => Promise<WriteOutlet>>> = {
  xlsx: async () => (await import('./xlsx.ts')).writeXlsx,
  csv: async () => (await import('./csv.ts')).writeCsv,
}
