import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { LICENSES_FILE, programFile } from '../program-files.ts'
import type { CommandContext } from './program/context.ts'
import { failed } from './program/failures.ts'

/** Prints the license texts that the install (or the build of the single binary) collected. */
export function licensesCommand (context: CommandContext): Command {
  return new Command('licenses').alias('licences')
    .description('print the licenses of everything in the program')
    .action(() => { context.stdout.write(licenseTexts(programFile(LICENSES_FILE))) })
}

function licenseTexts (file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw failed(`The license texts are missing (${file}). Run "npm ci" in the project's folder.`)
  }
}
