// A data folder as a power loss left it, opened again: what must be true of it.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runService } from '../../src/cli/program/run-service.ts'
import { readConfig } from '../../src/config.ts'
import { sqliteFile } from '../../db/index.ts'
import { databaseProblems } from '../../db/sqlite/database-copy.ts'
import { perfbook } from '../support/cli.ts'
import { sqlNow } from '../support/sql.ts'
import { until } from '../support/until.ts'

/** A service on a folder, in this process or in another one. */
export interface Client {
  json: (path: string) => Promise<any>
  status: (path: string) => Promise<number>
  /** SHA-256 of what is downloaded, hex. */
  hash: (path: string) => Promise<string>
}

/** Something that a client was told, which must be true from then on. */
export interface Kept {
  what: string
  /** Jobs that ended with success. */
  done?: number
  /** A job that was accepted. */
  accepted?: number
  /** Asked of the service, when all jobs have ended. False: it is not so. */
  holds?: (client: Client) => Promise<boolean>
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Only the path of an address counts: the service is elsewhere now. */
export const pathIn = (url: string) => new URL(url, 'http://service').pathname

export function clientOf (address: string, token: string): Client {
  const get = async (path: string) =>
    await fetch(`${address}${path}`, { headers: { authorization: `Bearer ${token}` } })
  return {
    async json (path) {
      const answer = await get(path)
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
      return await answer.json()
    },
    async status (path) {
      const answer = await get(path)
      await answer.arrayBuffer()
      return answer.status
    },
    hash: async (path) => sha256(new Uint8Array(await (await get(path)).arrayBuffer())),
  }
}

/** Starts the service on the folder and looks. Returns sentences about what is wrong. */
export async function lookAtReopened (
  folder: string, { kept, token }: { kept: readonly Kept[], token: string }
): Promise<string[]> {
  const file = join(folder, 'perfbook.sqlite')
  const database = sqliteFile(file)
  const wrong: string[] = []
  // What reads only cannot undo what was interrupted, and the start can.
  const isInterrupted = existsSync(`${file}-journal`)
  if (existsSync(file) && !isInterrupted) wrong.push(...databaseProblems(file))
  else if (!isInterrupted && kept.length > 0) return ['there is no database']
  if (wrong.length > 0) return wrong
  for (const { what, done } of kept) {
    if (done === undefined) continue
    const [job] = sqlNow(database, 'SELECT state FROM jobs WHERE id = ?', done)
    if (job?.state !== 'succeeded') wrong.push(`${what}: job ${done} is ${job?.state ?? 'not there'}`)
  }
  let log = ''
  const config = readConfig({
    DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'error', MIN_FREE_BYTES: '0', WORKER_THREADS: '1',
    // The test reads databases in the same thread, and a refusal is no answer.
    OVERLOAD_DELAY_MS: '0', OVERLOAD_MEMORY_BYTES: '0',
  })
  try {
    const stderr = { write: (text: string) => { log += text } }
    const service = await runService({ stderr, pid: process.pid }, config)
    try {
      const client = clientOf(service.address, token)
      await until('all jobs have ended', () => sqlNow(
        database, "SELECT id FROM jobs WHERE state IN ('queued', 'started')"
      ).length === 0)
      for (const { what, accepted, holds } of kept) {
        if (accepted !== undefined) {
          const job = await client.json(`/api/jobs/${accepted}`)
          if (job.status !== 'succeeded') wrong.push(`${what}: ${JSON.stringify(job)}`)
          else if (job.url !== null && await client.status(pathIn(job.url)) !== 200) {
            wrong.push(`${what}: its file is not there`)
          }
        }
        if (holds !== undefined && !await holds(client)) wrong.push(what)
      }
    } finally {
      await service.stop()
    }
  } catch (error) {
    return [...wrong, `the service does not start: ${(error as Error).stack}`]
  }
  if (log !== '') wrong.push(log)
  return [...wrong, ...await lookAtRest(folder)]
}

/** What is wrong with a folder on which no service runs. */
export async function lookAtRest (folder: string): Promise<string[]> {
  const wrong: string[] = []
  const left = readdirSync(join(folder, 'staging'))
  if (left.length > 0) wrong.push(`left in staging: ${left.join(', ')}`)
  const doctor = await perfbook(folder, ['doctor', '--deep', '--json'], {
    // Another program may use the usual port.
    env: { PORT: '0', MIN_FREE_BYTES: '0' },
  })
  if (doctor.status !== 0) {
    const { checks } = JSON.parse(doctor.stdout) as { checks: Array<{ ok: boolean, message: string }> }
    for (const { ok, message } of checks) if (!ok) wrong.push(`doctor: ${message}`)
  }
  return wrong
}
