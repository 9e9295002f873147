import { Command } from 'commander'
import { BY_COMMAND } from '../audit/audit.ts'
import { counted } from '../counted.ts'
import type { FileRow } from '../files/file-library.ts'
import type { BadFile, Verification } from '../files/verify-files.ts'
import { isoTime } from '../iso-time.ts'
import { DomainError } from '../errors.ts'
import { parseId } from './program/arguments.ts'
import type { CommandContext } from './program/context.ts'
import { failed, stopped } from './program/failures.ts'
import { withServices } from './program/open-services.ts'
import { oneLine } from './program/printer.ts'
import { createProgressBar } from './program/progress-bar.ts'
import { textTable } from './program/table.ts'

interface ListOptions {
  course?: number
  category?: string
  limit: number
  all?: boolean
  json?: boolean
}

export function fileCommand (context: CommandContext): Command {
  const command = new Command('file').description('stored files: exports and uploads')

  command.command('list').description('list the newest files')
    .option('--course <id>', 'only files of this course', parseId)
    .option('--category <name>', 'only this category, such as teacher-performance')
    .option('--limit <number>', 'number of files', parseId, 50)
    .option('--all', 'include expired and lost files')
    .option('--json', 'print JSON')
    .action(async ({ course, category, limit, all, json }: ListOptions) => {
      const rows = await withServices(context, async ({ files, clock }) =>
        (await files.info({
          ...(course === undefined ? {} : { owner: { type: 'course', id: course } }),
          ...(category === undefined ? {} : { category }),
          limit,
          gone: all === true,
        })).map((row) => shown(row, clock.now())))
      if (json === true) context.stdout.json(rows)
      else {
        context.stdout.write(
          textTable([
            ['ID', 'OWNER', 'CATEGORY', 'BYTES', 'CREATED', 'STATE', 'NAME'],
            ...rows.map((row) => [
              String(row.id),
              `${row.owner_type} ${row.owner_id}`,
              row.category,
              String(row.size),
              row.created_at,
              row.state,
              row.filename,
            ]),
          ])
        )
      }
    })

  command.command('verify').description(
    'read every file and compare it with the database; exits with 1 if a file is wrong'
  )
    .option(
      '--repair',
      'hide lost and damaged files, and move damaged and unknown ones to quarantine/; nothing is deleted'
    )
    .option('--json', 'print JSON')
    .action(async ({ repair = false, json }: { repair?: boolean, json?: boolean }) => {
      const bar = createProgressBar(context.stderr, 'verify')
      const report = await withServices(
        context,
        ({ files }) =>
          files.verify({
            repair,
            signal: context.signal,
            onProgress: (done, of) => {
              bar.set(done / of)
            },
          })
      )
        .catch((error: unknown) => {
          throw context.signal.aborted ? stopped('Stopped before all files were read.') : error
        })
        .finally(() => {
          bar.end()
        })
      if (json === true) context.stdout.json(report)
      else context.stdout.write(verificationText(report))
      if (report.lost.length + report.damaged.length + report.orphaned.length > 0) {
        throw failed(summary(report))
      }
    })

  command.command('sweep').description(
    'remove expired files, as the service does regularly'
  )
    .option('--dry-run', 'show what would be removed, and change nothing')
    .option('--json', 'print JSON')
    .action(async ({ dryRun = false, json }: { dryRun?: boolean, json?: boolean }) => {
      const rows: FileRow[] = []
      const { swept, at } = await withServices(context, async ({ housekeeping, clock }) => ({
        swept: await housekeeping.sweepFiles({
          dryRun,
          onFile: (file) => {
            rows.push(file)
          },
        }),
        at: clock.now(),
      }))
      if (json === true) {
        context.stdout.json({
          ...swept,
          dry_run: dryRun,
          removed: rows.map((row) => shown(row, at)),
        })
      } else {
        for (const row of rows) {
          context.stdout.write(
            `${row.id}  ${row.owner_type} ${row.owner_id}  ${oneLine(row.filename)}\n`
          )
        }
        const removed = `${counted(swept.files, 'expired file')} (${counted(swept.bytes, 'byte')})`
        const forgotten = `${counted(swept.tombstones, 'file')} removed earlier`
        context.stderr.write(
          dryRun
            ? `Would remove ${removed} and forget ${forgotten}.\n`
            : `Removed ${removed} and forgot ${forgotten}.\n`
        )
      }
      if (swept.failed > 0) {
        throw failed(
          `The bytes of ${counted(swept.failed, 'file')} could not be removed. ` +
            'The service tries again when it starts.'
        )
      }
    })

  command.command('delete').description('delete files, including exports, permanently')
    .argument('<id...>', '"perfbook file list" shows ids', collectIds)
    .action(async (ids: number[]) => {
      const missing: number[] = []
      await withServices(context, async ({ files, exports, audit }) => {
        for (const id of ids) {
          // An export's own way sees to the expiry of the others.
          const made = await exports.ofFile(id)
          const isGone = made === undefined
            ? await files.delete([id]) === 1
            : await exports.delete(made.courseId, made.id)
          if (!isGone) missing.push(id)
          else if (made === undefined) {
            audit.record({ ...BY_COMMAND, action: 'file.delete', subject: `file ${id}` })
          } else {
            audit.record({
              ...BY_COMMAND,
              action: 'export.delete',
              subject: `course ${made.courseId}, export ${made.id}`,
            })
          }
        }
      })
      context.stderr.write(`Deleted ${counted(ids.length - missing.length, 'file')}.\n`)
      if (missing.length > 0) {
        throw new DomainError('FILE_NOT_FOUND', {
          detail: `There is no file with id ${missing.join(', ')}. ` +
            '"perfbook file list --all" lists all files.',
        })
      }
    })

  return command
}

function shown (row: FileRow, now: number) {
  const isExpired = row.expires_at !== null && row.expires_at <= now
  return {
    id: row.id,
    owner_type: row.owner_type,
    owner_id: row.owner_id,
    category: row.category,
    filename: row.filename,
    path: `files/${row.hex}/${row.filename}`,
    content_type: row.content_type,
    size: row.size,
    sha256: row.sha256,
    created_at: isoTime(row.created_at),
    created_by: row.created_by,
    expires_at: isoTime(row.expires_at),
    state: row.removed_at !== null
      ? 'removed'
      : row.lost_at !== null
        ? 'lost'
        : isExpired
          ? 'expired'
          : 'stored',
  }
}

function collectIds (text: string, before: readonly number[] = []): number[] {
  return [...before, parseId(text)]
}

function verificationText ({ files, bytes, lost, damaged, orphaned, found, repaired }: Verification): string {
  const named = ({
    id,
    path,
    owner_type: type,
    owner_id: owner,
  }: BadFile) => `${oneLine(path)} (file ${id} of ${type} ${owner})`
  return [
    ...lost.map((file) => `lost      ${named(file)}`),
    ...damaged.map((file) => `damaged   ${named(file)}`),
    ...orphaned.map((path) => `orphaned  ${oneLine(path)}`),
    ...found.map((id) => `found     file ${id}${repaired ? ', shown again' : ': hidden as lost, and there'}`),
    `Read ${counted(files, 'file')} with ${counted(bytes, 'byte')}.`,
    '',
  ].join('\n')
}

function summary ({ lost, damaged, orphaned, repaired }: Verification): string {
  const counts = `${lost.length} lost, ${damaged.length} damaged, ${orphaned.length} orphaned`
  return repaired
    ? `${counts}. Damaged and orphaned files are in quarantine/. Lost and damaged files are hidden until ` +
      'their bytes are back; "perfbook file delete" removes their entries.'
    : `${counts}. --repair hides them and moves damaged and orphaned files to quarantine/.`
}
