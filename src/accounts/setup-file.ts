// The file with the setup link, in the data folder, which only its owner may read.
import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { flushNow } from '../durable-folder.ts'

const NAME = 'setup-link'

/** The secret of the link in the file. Undefined: there is no file, or another text in it. */
export function secretInSetupFile (folder: string): string | undefined {
  try {
    return /#setup=([\w-]{43})\s*$/.exec(readFileSync(join(folder, NAME), 'utf8'))?.[1]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Writes the file, whole or not at all. Returns its path. Throws errors of the file system. */
export function writeSetupFile (folder: string, url: string): string {
  const file = join(folder, NAME)
  const made = `${file}.${randomBytes(4).toString('hex')}`
  try {
    writeFileSync(made, `${url}\n`, { mode: 0o600, flag: 'wx', flush: true })
    renameSync(made, file)
    flushNow(folder)
  } finally {
    rmSync(made, { force: true })
  }
  return file
}

/** Removes the file, if there is one. */
export function removeSetupFile (folder: string): void {
  rmSync(join(folder, NAME), { force: true })
}
