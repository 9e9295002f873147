// Around a writer in JavaScript: size and file from the command line, the measures as one line of JSON on standard output.
export interface Task { students: number, tasks: number, file: string, input: string }

/** Runs a writer; `ms` is from its first call to the closed file, without the time in which modules were loaded. */
export async function measure (write: (task: Task) => Promise<void>): Promise<void> {
  const [students, tasks, file, input] = process.argv.slice(2)
  const begun = performance.now()
  await write({ students: Number(students), tasks: Number(tasks), file: file!, input: input! })
  const ms = performance.now() - begun
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  process.stdout.write(JSON.stringify({ ms, cpuMs: (userCPUTime + systemCPUTime) / 1000 }) + '\n')
}
