// What people do with the service: through its parts, as the command line does, or over HTTP.
import { notePoll, pollJob } from './poll.ts'
import type { Answer } from './routes.ts'
import type { ServiceProcess } from './service-process.ts'
import type { World } from './world.ts'

/** Each returns what came of it, in words. Users and courses are counted from 0. */
export interface Client {
  click: (click: { course: number, user: number | null, byPeriod: boolean }) => Promise<string>
  poll: (poll: { user: number, job: number }) => Promise<string>
  cancel: (cancel: { user: number, job: number, force: boolean }) => Promise<string>
  retry: (job: number) => Promise<string>
  deleteOldest: (course: number) => Promise<string>
  deleteCourse: (course: number) => Promise<string>
  sweep: () => Promise<string>
}

/** Calls the parts of a process. */
export function directClient (world: World, process: ServiceProcess): Client {
  const { courseIds, userIds } = world.simulated
  const { courses, exports, queue, housekeeping } = process
  return {
    async click ({ course, user, byPeriod }) {
      const ticket = await exports.request({
        courseId: courseIds[course] ?? 0,
        options: byPeriod ? { sheets: 'period' } : {},
        userId: user === null ? null : userIds[user] ?? null,
        requestedBy: 'someone',
      })
      if (ticket === undefined) return 'there is no such course'
      world.tickets.push(ticket.job.id)
      return `${ticket.joined ? 'joins' : 'gets'} job ${ticket.job.id}`
    },
    poll: (poll) => pollJob(world, process, poll),
    async cancel ({ user, job, force }) {
      const outcome = await queue.cancel(job, { userId: userIds[user] ?? null, force })
      if (outcome === 'canceled') world.canceled.add(job)
      return `job ${job} is ${outcome}`
    },
    async retry (job) {
      return await queue.retry(job) ? `job ${job} waits again` : `job ${job} is not one to retry`
    },
    async deleteOldest (course) {
      const id = courseIds[course] ?? 0
      const oldest = (await exports.list(id)).at(-1)
      if (oldest === undefined) return 'there is none'
      return await exports.delete(id, oldest.id) ? `export ${oldest.id} is gone` : 'it was gone'
    },
    deleteCourse: async (course) =>
      await courses.delete(courseIds[course] ?? 0) ? 'it is gone' : 'it was gone',
    sweep: async () => `${(await housekeeping.sweepFiles()).files} files`,
  }
}

/** Sends requests to the service. */
export function httpClient (world: World): Client {
  const { courseIds } = world.simulated
  const pathOf = (course: number) => `/api/courses/${courseIds[course] ?? 0}`
  async function call (
    who: 'admin' | number, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object
  ): Promise<Answer> {
    const answer = await world.call(who, method, path, body)
    const { status } = answer
    if (status >= 500 && status !== 503) world.blame(`${method} ${path} answers ${status}`)
    return answer
  }
  const said = ({ status, body }: Answer): string => `${status} ${body?.code ?? ''}`
  return {
    async click ({ course, user, byPeriod }) {
      const answer = await call(
        (user ?? 0) + 1, 'POST', `${pathOf(course)}/performance/export`, byPeriod ? { sheets: 'period' } : {}
      )
      if (answer.status !== 202) return said(answer)
      world.tickets.push(answer.body.id)
      return `${answer.body.joined === true ? 'joins' : 'gets'} job ${answer.body.id}`
    },
    async poll ({ user, job }) {
      const ask = {
        before: world.polls.get(`${user} ${job}`),
        retries: world.retries.get(job) ?? 0,
        process: world.service(),
      }
      const answer = await call(user + 1, 'GET', `/api/jobs/${job}`)
      if (answer.status !== 200) return said(answer)
      const { status: state, progress, started_at: startedAt } = answer.body
      // A run has no number here, but the time of its start.
      const run = startedAt === null ? 0 : Date.parse(startedAt)
      return notePoll(world, { user, job, ...ask }, { state, progress, run, isNumber: false })
    },
    async cancel ({ user, job, force }) {
      return said(await call(force ? 'admin' : user + 1, 'POST', `/api/jobs/${job}/cancel`))
    },
    retry: async (job) => said(await call('admin', 'POST', `/api/jobs/${job}/retry`)),
    async deleteOldest (course) {
      const list = await call(1, 'GET', `${pathOf(course)}/performance/exports`)
      const oldest = list.status === 200 ? list.body.at(-1) : undefined
      if (oldest === undefined) return said(list)
      return said(await call(1, 'DELETE', `${pathOf(course)}/performance/exports/${oldest.id}`))
    },
    deleteCourse: async (course) => said(await call('admin', 'DELETE', pathOf(course))),
    sweep: async () => said(await call('admin', 'POST', '/api/storage/sweep')),
  }
}
