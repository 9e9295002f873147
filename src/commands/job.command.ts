import { Command, Option } from 'commander'
import { listJobs, type JobRow } from '../../db/jobs.queries.ts'
import { parseId } from './arguments.ts'
import { CommandFailure, type CommandContext } from './context.ts'
import { withServices } from './open-services.ts'
import { textTable } from './table.ts'

export function jobCommand (context: CommandContext): Command {
  const command = new Command('job').description('background jobs')

  command.command('list').description('the newest jobs')
    .addOption(new Option('--status <status>').choices(['queued', 'started', 'succeeded', 'failed', 'canceled']))
    .option('--limit <number>', 'how many', parseId, 50)
    .option('--json', 'as JSON')
    .action(async ({ status, limit, json }: { status?: JobRow['state'], limit: number, json?: boolean }) => {
      const jobs = await withServices(context, ({ db }) => listJobs(db.reads, { state: status, limit }))
      if (json === true) context.stdout.write(`${JSON.stringify(jobs.map(shown))}\n`)
      else {
        context.stdout.write(textTable([['ID', 'KIND', 'STATUS', 'ATTEMPTS', 'CREATED', 'ERROR'], ...jobs.map((job) => [
          String(job.id), job.kind, job.state, String(job.attempts), iso(job.created_at)!, job.error_code ?? '',
        ])]))
      }
    })

  command.command('show').description('one job, as JSON')
    .argument('<id>', 'see job list', parseId)
    .action(async (id: number) => {
      const job = await withServices(context, ({ db, queue }) => queue.find(db.reads, id))
      if (job === undefined) throw new CommandFailure(`There is no job with id ${id}.`)
      context.stdout.write(`${JSON.stringify(shown(job), null, 2)}\n`)
    })

  command.command('retry').description('a job that failed or was canceled waits again')
    .argument('<id>', 'see job list', parseId)
    .action(async (id: number) => {
      if (!await withServices(context, ({ queue }) => queue.retry(id))) throw new CommandFailure(`There is no failed or canceled job with id ${id}.`)
      context.stderr.write(`job ${id} waits again\n`)
    })

  return command
}

function shown (job: JobRow) {
  return {
    id: job.id,
    kind: job.kind,
    status: job.state,
    course_id: job.owner_type === 'course' ? job.owner_id : null,
    progress: job.progress,
    attempts: job.attempts,
    created_at: iso(job.created_at),
    started_at: iso(job.started_at),
    finished_at: iso(job.finished_at),
    error: job.error_code === null ? null : { code: job.error_code, message: job.error_message },
  }
}

function iso (ms: number | null): string | null { return ms === null ? null : new Date(ms).toISOString() }
