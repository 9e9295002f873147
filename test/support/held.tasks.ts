// The service's own tasks, each held at a gate before it begins.
import type { MessagePort } from 'node:worker_threads'
import type { ExportTaskInput } from '../../src/features/exports/export.job.ts'
import * as tasks from '../../workers/tasks.ts'
import { waitAtGate } from './gate.ts'

export function performanceExport (input: ExportTaskInput & { port: MessagePort, gate: SharedArrayBuffer, progress?: number }): ReturnType<typeof tasks.performanceExport> {
  if (input.progress !== undefined) input.port.postMessage(input.progress)
  waitAtGate(input.gate)
  return tasks.performanceExport(input)
}
