import { Command, CommanderError } from 'commander'
import { isDiskFailure, isDiskFull } from '../../../db/failures.ts'
import { DomainError } from '../../errors.ts'
import { VERSION } from '../../version.ts'
import type { CommandContext, ProcessContext } from './context.ts'
import { exitStatusOf } from './failures.ts'
import { createPrinter } from './printer.ts'

const HELP_HINT = '(See --help.)'

type MakeCommand = (context: CommandContext) => Command

/**
 * Each is loaded when it is called, so that `perfbook courses` does not wait for the HTTP server and the
 * workbook writer.
 */
const COMMANDS: Readonly<Record<string, () => Promise<MakeCommand>>> = {
  serve: async () => (await import('../serve.ts')).serveCommand,
  demo: async () => (await import('../demo.ts')).demoCommand,
  import: async () => (await import('../import.ts')).importCommand,
  'undo-import': async () => (await import('../undo-import.ts')).undoImportCommand,
  course: async () => (await import('../course.ts')).courseCommand,
  courses: async () => (await import('../courses.ts')).coursesCommand,
  export: async () => (await import('../export.ts')).exportCommand,
  'fill-in': async () => (await import('../fill-in.ts')).fillInCommand,
  user: async () => (await import('../user.ts')).userCommand,
  'setup-link': async () => (await import('../setup-link.ts')).setupLinkCommand,
  token: async () => (await import('../token.ts')).tokenCommand,
  student: async () => (await import('../student.ts')).studentCommand,
  audit: async () => (await import('../audit.ts')).auditCommand,
  job: async () => (await import('../job.ts')).jobCommand,
  nodes: async () => (await import('../nodes.ts')).nodesCommand,
  file: async () => (await import('../file.ts')).fileCommand,
  backup: async () => (await import('../backup.ts')).backupCommand,
  restore: async () => (await import('../restore.ts')).restoreCommand,
  copy: async () => (await import('../copy.ts')).copyCommand,
  migrate: async () => (await import('../migrate.ts')).migrateCommand,
  doctor: async () => (await import('../doctor.ts')).doctorCommand,
  generate: async () => (await import('../generate.ts')).generateCommand,
  licenses: async () => (await import('../licenses.ts')).licensesCommand,
}

/** Former names of commands, which scripts may still use. */
const FORMER_NAMES = new Map([['licences', 'licenses']])

/** They need no command. */
const VERSION_FLAGS = new Set(['-V', '--version'])

/** The program with the command that the arguments name, or with all commands. */
async function createProgram (context: CommandContext, args: readonly string[]): Promise<Command> {
  const program = new Command('perfbook')
    .description('The performance book of a course and its export to Excel.')
    .version(VERSION)
    .option(
      '--cache-dir <folder>',
      'folder that the single binary unpacks itself into (default: CACHE_DIR); works with every command'
    )
    .enablePositionalOptions() // or else `generate --version 1.2` would print the program's version
  const [name = ''] = args
  const called = new Map(Object.entries(COMMANDS)).get(FORMER_NAMES.get(name) ?? name)
  const loaders = VERSION_FLAGS.has(name) ? [] : called === undefined ? Object.values(COMMANDS) : [called]
  for (const load of loaders) {
    program.addCommand((await load())(context))
  }
  for (
    const command of [
      program,
      ...program.commands,
      ...program.commands.flatMap((command) => command.commands),
    ]
  ) {
    command.exitOverride().configureOutput({
      writeOut: (text) => {
        context.stdout.write(text)
      },
      writeErr: (text) => {
        context.stderr.write(text)
      },
    }).showHelpAfterError(HELP_HINT)
  }
  return program
}

/** Runs `perfbook ARGS` and returns the exit status: 0 done, 1 failed (stderr says why), 2 wrong usage. */
export async function runProgram (given: ProcessContext, args: readonly string[]): Promise<number> {
  const context: CommandContext = {
    ...given,
    stdout: createPrinter(given.stdout),
    stderr: createPrinter(given.stderr),
  }
  const { stderr } = context
  try {
    const program = await createProgram(context, args)
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof DomainError) {
      const status = exitStatusOf(error)
      stderr.write(`error: ${error.message}${reasonOf(error)}\n${status === 2 ? `${HELP_HINT}\n` : ''}`)
      return status
    }
    const sentence = diskSentence(error) ?? folderSentence(error)
    stderr.write(`error: ${sentence ?? (isSystemError(error) ? error.message : textOf(error))}\n`)
    return 1
  }
}

/** Why the file store is unavailable, such as a wrong address or a certificate that is not trusted. */
function reasonOf ({ code, cause }: DomainError): string {
  if (code !== 'STORAGE_UNAVAILABLE' || !(cause instanceof Error)) return ''
  const isTimeout = cause.name === 'AbortError' || cause.name === 'TimeoutError'
  return ` Reason: ${isTimeout ? 'it does not respond' : cause.message}.`
}

/** The message if the disk is full or fails, even if SQLite noticed it. Undefined: it is another error. */
function diskSentence (error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (isDiskFull(error)) return `The disk is full. Free up space, then try again. Reason: ${error.message}.`
  if (isDiskFailure(error)) return `The disk reports errors. Reason: ${error.message}.`
  // A full disk is one possible reason: SQLite needs files beside the database even to read it.
  return 'code' in error && error.code === 'SQLITE_CANTOPEN'
    ? 'The database cannot be opened. Check the free space on its disk and the permissions of the data ' +
      `folder. Reason: ${error.message}.`
    : undefined
}

/** The message if a folder cannot be made. Undefined: it is another error. */
function folderSentence (error: unknown): string | undefined {
  if (!isSystemError(error) || !('path' in error) || error.syscall !== 'mkdir') return undefined
  return `The folder ${String(error.path)} cannot be created. Name another one, or give the user who runs ` +
    `this command access to the folder that it is in. Reason: ${error.message}.`
}

/** What the operating system says (no such folder, no permission, port in use): its sentence is enough. */
function isSystemError (error: unknown): error is Error & { syscall: unknown } {
  return error instanceof Error && 'syscall' in error
}

/** A bug: with its stack. */
function textOf (error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error)
}
