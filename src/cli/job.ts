import { Command, Option } from 'commander'
import { BY_COMMAND } from '../audit/audit.ts'
import { isoTime } from '../iso-time.ts'
import { attemptFacts } from '../jobs/attempt-facts.ts'
import type { JobRow } from '../jobs/job-queue.ts'
import { DomainError } from '../errors.ts'
import { parseId } from './program/arguments.ts'
import type { CommandContext } from './program/context.ts'
import { failed } from './program/failures.ts'
import { withServices } from './program/open-services.ts'
import { textTable } from './program/table.ts'

export function jobCommand (context: CommandContext): Command {
  const command = new Command('job').description('background jobs')

  command.command('list').description('list the newest jobs')
    .addOption(
      new Option('--status <status>', 'only jobs with this status')
        .choices(['queued', 'started', 'succeeded', 'failed', 'canceled'])
    )
    .option('--limit <number>', 'number of jobs', parseId, 50)
    .option('--json', 'print JSON')
    .action(async ({ status, limit, json }: { status?: JobRow['state'], limit: number, json?: boolean }) => {
      const jobs = await withServices(context, ({ queue }) => queue.list({ state: status, limit }))
      if (json === true) context.stdout.json(jobs.map(shown))
      else {
        context.stdout.write(
          textTable([
            ['ID', 'KIND', 'STATUS', 'ATTEMPTS', 'CREATED', 'ERROR'],
            ...jobs.map((job) => [
              String(job.id),
              job.kind,
              job.state,
              String(job.attempts),
              isoTime(job.created_at),
              job.state === 'failed' ? job.error_code ?? '' : '',
            ]),
          ])
        )
      }
    })

  command.command('show').description('print one job with all its attempts as JSON')
    .argument('<id>', '"perfbook job list" shows ids', parseId)
    .action(async (id: number) => {
      const job = await withServices(context, async ({ queue }) => {
        const job = await queue.find(id)
        if (job === undefined) throw noJob(id)
        return { ...shown(job), attempt_log: (await queue.attempts(id)).map(attemptFacts) }
      })
      context.stdout.json(job, 2)
    })

  command.command('retry')
    .description('queue a failed or canceled job again, with its full number of attempts')
    .argument('<id>', '"perfbook job list" shows ids', parseId)
    .action(async (id: number) => {
      await withServices(context, async ({ queue, audit }) => {
        if (await queue.retry(id)) {
          audit.record({ ...BY_COMMAND, action: 'job.retry', subject: `job ${id}` })
          return
        }
        const job = await queue.find(id)
        throw job === undefined
          ? noJob(id)
          : failed(
            `Job ${id} is ${job.state}. Only a failed or canceled job can be queued again.`
          )
      })
      context.stderr.write(`Job ${id} is queued again.\n`)
    })

  command.command('cancel').description('cancel a waiting or running job for everyone who requested it')
    .argument('<id>', '"perfbook job list" shows ids', parseId)
    .action(async (id: number) => {
      await withServices(context, async ({ queue, audit }) => {
        // Without a user the job is canceled for everyone.
        if (await queue.cancel(id, { userId: null, force: true }) === 'canceled') {
          audit.record({ ...BY_COMMAND, action: 'job.cancel', subject: `job ${id}` })
          return
        }
        const job = await queue.find(id)
        throw job === undefined
          ? noJob(id)
          : failed(
            `Job ${id} has already ended: it ${job.state === 'canceled' ? 'was canceled' : job.state}.`
          )
      })
      context.stderr.write(`Job ${id} was canceled. If it was running, it stops within a second.\n`)
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
    created_at: isoTime(job.created_at),
    started_at: isoTime(job.started_at),
    finished_at: isoTime(job.finished_at),
    error: job.state === 'failed' ? { code: job.error_code, message: job.error_message } : null,
  }
}

function noJob (id: number): DomainError {
  return new DomainError('JOB_NOT_FOUND', {
    detail: `There is no job with id ${id}. "perfbook job list" lists all jobs.`,
  })
}
