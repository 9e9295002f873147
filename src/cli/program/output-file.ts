import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { failed } from './failures.ts'

/** Throws COMMAND_FAILED if a file cannot be at this path: its folder is not there, or it is a folder. */
export async function assertOutputFile (path: string): Promise<void> {
  const folder = await stat(dirname(path)).catch(() => undefined)
  if (folder?.isDirectory() !== true) throw failed(`There is no folder ${dirname(path)} to write to.`)
  const there = await stat(path).catch(() => undefined)
  if (there?.isDirectory() === true) throw failed(`${path} is a folder. Name the file to write.`)
}
