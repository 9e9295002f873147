// The service's own tasks, each held at a gate before it begins.
import type { MessagePort } from 'node:worker_threads'
import type { ExportTaskInput } from '../../src/exports/export.job.ts'
import type { ImportTaskInput } from '../../src/imports/import.job.ts'
import * as tasks from '../../workers/tasks.ts'
import { waitAtGate } from './gate.ts'

interface Held {
  port: MessagePort
  gate: SharedArrayBuffer
  progress?: number
}

function hold ({ port, gate, progress }: Held): void {
  if (progress !== undefined) port.postMessage(progress)
  waitAtGate(gate)
}

export function performanceExport (
  input: ExportTaskInput & Held
): ReturnType<typeof tasks.performanceExport> {
  hold(input)
  return tasks.performanceExport(input)
}

export async function importUpload (input: ImportTaskInput & Held): ReturnType<typeof tasks.importUpload> {
  hold(input)
  return await tasks.importUpload(input)
}
