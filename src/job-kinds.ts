// Every kind of job. A new kind is its own file, and one line here.
import { exportKind, type ExportKindOptions } from './exports/export.job.ts'
import { importKind, type ImportKindOptions } from './imports/import.job.ts'
import { sweepKind, type SweepKindOptions } from './housekeeping/file-sweep.job.ts'
import type { JobKind } from './jobs/job-kind.ts'

export interface JobKindsOptions {
  exports: ExportKindOptions
  imports: ImportKindOptions
  sweeps: SweepKindOptions
}

export function jobKinds (options: JobKindsOptions): Array<JobKind<never>> {
  return [
    exportKind(options.exports),
    importKind(options.imports),
    sweepKind(options.sweeps),
  ]
}
