import { Command, InvalidArgumentError } from 'commander'
import {
  coursesOfImport, findImport, importsByReference, listUndoable, newestImport, type UndoableImport,
} from '../../db/queries/undo.ts'
import type { Reads } from '../../db/index.ts'
import { jobOfReference, referenceOfJob } from '../../db/queries/job-references.ts'
import { BY_COMMAND } from '../audit/audit.ts'
import { counted } from '../counted.ts'
import { checkUndo, undoImport, type UndoSummary } from '../imports/undo-import.ts'
import { undoneText } from '../imports/undo.job.ts'
import { changesText } from '../imports/import-audit.ts'
import type { ImportSummary } from '../imports/outcome.ts'
import { isoTime } from '../iso-time.ts'
import { parseId } from './program/arguments.ts'
import { isConfirmed } from './program/confirm.ts'
import type { CommandContext } from './program/context.ts'
import { listNames } from '../short-text.ts'
import { failed, stopped } from './program/failures.ts'
import { withServices } from './program/open-services.ts'
import { oneLine } from './program/printer.ts'
import { textTable } from './program/table.ts'

interface UndoFlags {
  courses?: number[]
  job: boolean
  list: boolean
  yes: boolean
  json: boolean
}

/** Most imports that `--list` shows. */
const LISTED = 50

/** `perfbook undo-import`: each course becomes what it was before the import. */
export function undoImportCommand (context: CommandContext): Command {
  return new Command('undo-import')
    .description(
      'undo an import: its courses become what they were before it; what teachers set since then is kept'
    )
    .argument('[id]', 'number of the import, or of its job (default: the newest import)', parseId)
    .option('--courses <ids>', 'only these courses, separated by commas', parseIds)
    .option('--job', 'the id is the number of a job', false)
    .option('--list', 'list the imports that can be undone, and undo nothing', false)
    .option('--yes', 'without an id, in a terminal: do not ask for confirmation', false)
    .option('--json', 'print the result as JSON', false)
    .action(async (id: number | undefined, flags: UndoFlags) => {
      await withServices(context, async ({ db, audit, clock, config }) => {
        if (flags.list) {
          const imports = await listUndoable(db.reads, LISTED)
          const named = await Promise.all(imports.map(async (one) =>
            ({ ...one, names: await courseNames(db.reads, one.id) })))
          list(named, config.IMPORT_UNDO_DAYS, flags, context)
          return
        }
        const importId = id === undefined
          ? await newest(db.reads, flags, context)
          : await meant(db.reads, id, flags)
        const summary = await undoImport(db, {
          importId, courses: flags.courses, reference: null, fence: null, now: clock.now,
        })
        audit.record({
          ...BY_COMMAND, action: 'import.undo', subject: `import ${importId}, ${undoneText(summary)}`,
        })
        report(summary, await courseNames(db.reads, importId), flags, context)
      })
    })
}

/** Names of the courses that an import changed, without those that were deleted by hand since. */
async function courseNames (db: Reads, importId: number): Promise<string[]> {
  return (await coursesOfImport(db, importId)).map(({ name }) => name)
}

/**
 * The newest import, whether it is undone or not: the same command again must not undo the one before it.
 * Asks on a terminal. Throws what `undoImport` throws, before it asks.
 */
async function newest (db: Reads, { courses, yes }: UndoFlags, context: CommandContext): Promise<number> {
  const found = await newestImport(db)
  if (found === undefined) throw failed('There is no import that can be undone.')
  const { id, undone_at: undoneAt } = found
  if (undoneAt !== null) {
    throw failed(`The newest import (${id}) was undone ${isoTime(undoneAt)}. To undo an earlier one, give ` +
      'its number: "perfbook undo-import --list" lists them.')
  }
  const { chosen } = await checkUndo(db, { importId: id, courses })
  context.stderr.write(`The newest import is ${id}, of ${isoTime(found.applied_at)}; ` +
    `${changesText(JSON.parse(found.summary) as ImportSummary)}. ` +
    `The undo changes ${counted(chosen.length, 'course')}: ` +
    `${oneLine(listNames(chosen.map(({ name }) => name)))}.\n`)
  if (context.stdin.isTTY === true && !yes && !await isConfirmed('Undo it?', context)) {
    throw stopped('Nothing was undone.')
  }
  return id
}

/** The import with this number, or whose job has it. */
async function meant (db: Reads, id: number, { job }: UndoFlags): Promise<number> {
  const [ofJob] = await importsByReference(db, [referenceOfJob(id)])
  const own = job ? undefined : await findImport(db, id)
  if (ofJob !== undefined && own !== undefined && ofJob.id !== own.id) {
    throw failed(
      `${id} is the number of an import (${isoTime(own.applied_at)}) and of the job of another one ` +
        `(import ${ofJob.id}, ${isoTime(ofJob.applied_at)}). For the first, see "undo-import --list"; ` +
        'for the second, add --job.'
    )
  }
  const found = own ?? ofJob
  if (found === undefined) {
    throw failed(`There is no import ${id}. "perfbook undo-import --list" lists those that can be undone.`)
  }
  return found.id
}

function list (
  imports: ReadonlyArray<UndoableImport & { names: string[] }>,
  days: number,
  { json }: UndoFlags,
  { stdout }: CommandContext
): void {
  const until = (one: UndoableImport) => isoTime(one.applied_at + days * 86_400_000)
  const summaryOf = (one: UndoableImport) => JSON.parse(one.summary) as ImportSummary
  if (json) {
    stdout.json(imports.map((one) => ({
      id: one.id,
      job_id: jobOfReference(one.reference) ?? null,
      imported_at: isoTime(one.applied_at),
      until: until(one),
      courses: one.courses,
      course_names: one.names,
      undone_courses: one.undone,
    })))
    return
  }
  stdout.write(textTable([
    ['ID', 'JOB', 'IMPORTED', 'COURSES', 'CHANGED', 'UNDO UNTIL'],
    ...imports.map((one) => [
      String(one.id), String(jobOfReference(one.reference) ?? '-'), isoTime(one.applied_at),
      oneLine(listNames(one.names)), changesText(summaryOf(one)).replace('changed: ', ''), until(one),
    ]),
  ]))
}

function report (
  summary: UndoSummary, names: readonly string[], { json }: UndoFlags, { stdout, stderr }: CommandContext
): void {
  if (json) stdout.json(summary)
  const { import_id: id, restored, deleted, emptied, remaining } = summary
  const which = names.length === 0 ? '' : ` (${oneLine(listNames(names))})`
  stderr.write(`Import ${id}${which} was undone. Courses: ${restored} restored, ${deleted} deleted.\n`)
  if (emptied > 0) {
    stderr.write(`${counted(emptied, 'new course has', 'new courses have')} exports and ` +
      'stayed, without people and tasks. "perfbook course delete" deletes such a course.\n')
  }
  if (remaining > 0) stderr.write(`Courses of this import that are not undone: ${remaining}.\n`)
}

function parseIds (text: string): number[] {
  const ids = text.split(',').map((part) => part.trim()).filter((part) => part !== '')
  if (ids.length === 0) throw new InvalidArgumentError('Write it like 3,4; "perfbook courses" shows ids.')
  return ids.map((one) => parseId(one))
}
