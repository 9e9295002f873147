import type { Writable } from 'node:stream'
import { Command, CommanderError } from 'commander'
import { DatabaseTooNewError } from '../../db/migrate.ts'
import { FolderHeldError } from '../../db/folder-lock.ts'
import { ConfigError } from '../config.ts'
import { AccountError } from '../features/accounts/accounts.ts'
import { VERSION } from '../version.ts'
import { CommandFailure, UsageError, type CommandContext } from './context.ts'
import { courseCommand } from './course.command.ts'
import { coursesCommand } from './courses.command.ts'
import { demoCommand } from './demo.command.ts'
import { exportCommand } from './export.command.ts'
import { generateCommand } from './generate.command.ts'
import { importCommand } from './import.command.ts'
import { jobCommand } from './job.command.ts'
import { serveCommand } from './serve.command.ts'
import { tokenCommand } from './token.command.ts'
import { userCommand } from './user.command.ts'

/** The command with all its subcommands. */
export function createProgram (context: CommandContext): Command {
  const program = new Command('perfbook')
    .description('The performance book of a course, and its export to Excel.')
    .version(VERSION)
    .enablePositionalOptions() // or else `generate --version 1.2` would print the program's version
  for (const make of [
    serveCommand, demoCommand, importCommand, courseCommand, coursesCommand, exportCommand, userCommand, tokenCommand, jobCommand, generateCommand,
  ]) program.addCommand(make(context))
  for (const command of [program, ...program.commands, ...program.commands.flatMap((command) => command.commands)]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => { context.stdout.write(text) },
      writeErr: (text) => { context.stderr.write(text) },
    }).showHelpAfterError('(--help says how)')
  }
  return program
}

/** Runs it and returns the exit status: 0 done, 1 failed (said why on `stderr`), 2 wrong usage. */
export async function runProgram (program: Command, args: readonly string[], stderr: Writable): Promise<number> {
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof UsageError) {
      stderr.write(`error: ${error.message}\n(--help says how)\n`)
      return 2
    }
    const isExplained = [CommandFailure, ConfigError, AccountError, DatabaseTooNewError, FolderHeldError].some((known) => error instanceof known)
    stderr.write(isExplained || isSystemError(error) ? `error: ${(error as Error).message}\n` : `error: ${error instanceof Error ? error.stack ?? error.message : String(error)}\n`)
    return 1
  }
}

/** What the operating system says (no such folder, no permission, port in use): its sentence is enough. */
function isSystemError (error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
