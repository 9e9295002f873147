// What writes each format. Writers are loaded when an export needs them.
import type { FormatName } from '../../src/exports/export-names.ts'
import type { WriteOutlet } from './outlet.ts'

export const WRITERS: Readonly<Record<FormatName, () => Promise<WriteOutlet>>> = {
  xlsx: async () => (await import('./xlsx.ts')).writeXlsx,
  pdf: async () => (await import('./pdf.ts')).writePdf,
  csv: async () => (await import('./csv.ts')).writeCsv,
  canvas: async () => (await import('./canvas.ts')).writeCanvas,
  moodle: async () => (await import('./moodle.ts')).writeMoodle,
  brightspace: async () => (await import('./brightspace.ts')).writeBrightspace,
  oneroster: async () => (await import('./oneroster.ts')).writeOneRoster,
}
