// What people do with the service: through its parts, as the command line does, or over HTTP.
import { createHash } from 'node:crypto'
import { isDiskFailure, isDiskFull } from '../../db/failures.ts'
import type { StagedFile } from '../../src/files/file-library.ts'
import { writeStaged, UPLOADS } from './made-staging.ts'
import { notePoll, pollJob } from './poll.ts'
import type { Answer } from './routes.ts'
import type { ServiceProcess } from './service-process.ts'
import type { World } from './world.ts'

/** Each returns its outcome in words. Users and courses are counted from 0. */
export interface Client {
  click: (click: { course: number, user: number | null, byPeriod: boolean }) => Promise<string>
  poll: (poll: { user: number, job: number }) => Promise<string>
  cancel: (cancel: { user: number, job: number, force: boolean }) => Promise<string>
  retry: (job: number) => Promise<string>
  fillIn: (request: { course: number, user: number }) => Promise<string>
  /** Reads the result of a fill-in. */
  fillInResult: (request: { user: number, job: number }) => Promise<string>
  importScores: (request: { course: number, user: number }) => Promise<string>
  /** Requests the undo of the import of a job. */
  undo: (request: { user: number, job: number }) => Promise<string>
  download: (course: number) => Promise<string>
  deleteOldest: (course: number) => Promise<string>
  deleteCourse: (course: number) => Promise<string>
  sweep: () => Promise<string>
}

/** The table that a request uploaded. */
function stagedUpload (): StagedFile {
  const bytes = Buffer.from('a table')
  const path = `${UPLOADS}/incoming-${uploads++}`
  writeStaged(path, bytes)
  return { path, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

let uploads = 0

/** Throws, unless an upload may fail with this error. */
function notStored (error: unknown): undefined {
  if (isDiskFull(error) || isDiskFailure(error)) return
  // The clock was set forward by days during the upload.
  if (String(error).includes('the upload took too long')) return
  throw error
}

/** Calls the parts of a process. */
export function directClient (world: World, process: ServiceProcess): Client {
  const { courseIds, userIds } = world.simulated
  const { courses, exports, files, fillIns, imports, undos, queue, housekeeping } = process
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
    async fillIn ({ course, user }) {
      const ticket = await fillIns.request({
        courseId: courseIds[course] ?? 0,
        staged: stagedUpload(),
        filename: 'table.csv',
        options: { match: [], fill: [] },
        userId: userIds[user] ?? 0,
        requestedBy: 'someone',
      }).catch(notStored)
      if (ticket === undefined) return 'it could not be stored'
      world.fillIns.set(ticket.job.id, user)
      world.tickets.push(ticket.job.id)
      return `gets job ${ticket.job.id}`
    },
    async fillInResult ({ user, job }) {
      const row = await queue.find(job)
      if (row === undefined) return `job ${job} is gone`
      const result = await fillIns.resultFor(userIds[user] ?? 0, row)
      if (result === undefined) return `nothing of job ${job}`
      if (world.fillIns.get(job) !== user) world.blame(`user ${user + 1} sees the result of job ${job}`)
      return `job ${job} has a ${result.file === null ? 'report' : 'file'}`
    },
    async importScores ({ course, user }) {
      const ticket = await imports.request({
        staged: stagedUpload(),
        filename: 'scores.csv',
        choices: {
          dryRun: false, strict: false, allowRemovals: false, onlyCourseId: courseIds[course] ?? 0,
        },
        userId: userIds[user] ?? 0,
        via: 'session',
        requestedBy: 'someone',
      }).catch(notStored)
      if (ticket === undefined) return 'it could not be stored'
      world.imports.push(ticket.job.id)
      world.tickets.push(ticket.job.id)
      return `gets job ${ticket.job.id}`
    },
    async undo ({ user, job }) {
      const row = await queue.find(job)
      if (row === undefined) return `job ${job} is gone`
      const ticket = await undos.request({
        job: row, userId: userIds[user] ?? 0, via: 'session', requestedBy: 'someone',
      })
      world.tickets.push(ticket.job.id)
      return `${ticket.joined ? 'joins' : 'gets'} job ${ticket.job.id}`
    },
    async download (course) {
      const newest = (await exports.list(courseIds[course] ?? 0)).at(0)
      if (newest === undefined) return 'there is none'
      const isThere = async () => (await world.simulated.rows(
        `SELECT 1 FROM files WHERE hex = '${newest.hex}' AND removed_at IS NULL`)).length > 0
      const file = await files.find(newest.hex)
      if (file === undefined && await isThere()) {
        world.blame(`the bytes of export ${newest.id} are incomplete`)
      }
      if (file === undefined || file.removed_at !== null) return `export ${newest.id} is gone`
      const parts = await (await files.open(file)).toArray() as Buffer[]
      const size = Buffer.concat(parts).length
      if (size !== file.size && await isThere()) {
        world.blame(`a download of export ${newest.id} has ${size} bytes`)
      }
      return `export ${newest.id} has ${size} bytes`
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

/** Sends requests to the service; uploads and downloads go through its parts. */
export function httpClient (world: World, process: ServiceProcess): Client {
  const { fillIn, importScores, undo, download } = directClient(world, process)
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
        answeredRetries: world.answeredRetries.get(job) ?? 0,
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
    fillIn,
    importScores,
    undo,
    async fillInResult ({ user, job }) {
      const answer = await call(user + 1, 'GET', `/api/jobs/${job}`)
      if (answer.status !== 200) return said(answer)
      const { result, url } = answer.body
      const isShown = result !== null || url !== null
      if (isShown && world.fillIns.get(job) !== user) {
        world.blame(`user ${user + 1} sees the result of job ${job}`)
      }
      return isShown ? `has the result of job ${job}` : `nothing of job ${job}`
    },
    download,
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
