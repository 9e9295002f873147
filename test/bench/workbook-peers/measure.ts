// Around a writer in JavaScript: size and file from the command line, the measures as one line of JSON on
// standard output.
import { readFileSync } from 'node:fs'

export interface Task {
  students: number
  tasks: number
  file: string
  input: string
}

/**
 * Runs a writer; `ms` is from its first call to the closed file, without the time in which modules were
 * loaded and without what is done `before`.
 */
export async function measure (
  write: (task: Task) => Promise<void>,
  { before }: { before?: (task: Task) => Promise<void> } = {}
): Promise<void> {
  const [students, tasks, file, input] = process.argv.slice(2)
  const task = { students: Number(students), tasks: Number(tasks), file: file!, input: input! }
  await before?.(task)
  const begun = performance.now()
  const cpu = process.cpuUsage()
  await write(task)
  const ms = performance.now() - begun
  const { user, system } = process.cpuUsage(cpu)
  // Not getrusage's maximum: that begins with what the process had that started this one.
  const peakKb = Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
  process.stdout.write(JSON.stringify({ ms, cpuMs: (user + system) / 1000, peakKb }) + '\n')
}
