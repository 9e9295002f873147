// Every format of an export. A new format is a file here, a writer in `workers/outlets/`, and one line in
// each of the two lists; the API, the command line and the page take formats from this one.
import type { FormatName } from '../export-names.ts'
import { brightspace } from './brightspace.ts'
import { canvas } from './canvas.ts'
import { csv } from './csv.ts'
import type { ExportFormat } from './export-format.ts'
import { moodle } from './moodle.ts'
import { oneroster } from './oneroster.ts'
import { pdf } from './pdf.ts'
import { xlsx } from './xlsx.ts'

export const FORMATS: Readonly<Record<FormatName, ExportFormat>> = {
  xlsx, csv, canvas, moodle, brightspace, oneroster, pdf,
}
