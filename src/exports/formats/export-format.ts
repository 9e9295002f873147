import type { Reads, Trx } from '../../../db/index.ts'
import type { FormatName, Identity } from '../export-names.ts'
import type { ExportOptions } from '../export-options.ts'

/** Options that only some formats have. */
export type FormatOption = Exclude<keyof ExportOptions, 'format' | 'include_dropped' | 'period_id'>

/**
 * What a course can be exported to. A format is one value of this type, listed in `all-formats.ts`. What
 * writes its file is in `workers/outlets/`, and runs in a worker thread.
 */
export interface ExportFormat {
  name: FormatName
  /** For the documentation and the command line: what the file is, without a full stop. */
  description: string
  /** The part of the file's name between the course and the time. */
  label: string
  /** Of the file, without a dot. */
  extension: string | ((options: ExportOptions) => string)
  contentType: string | ((options: ExportOptions) => string)
  /** Options that it has besides those of every format. */
  options: readonly FormatOption[]
  /** How it can name students. The first one is the default. */
  identities: readonly Identity[]
  /** Throws FORMAT_NOT_POSSIBLE if the course, or its period with this source id, cannot be written in it. */
  assertPossible?: (db: Reads | Trx, courseId: number, period?: string) => Promise<void>
}
