// A private object store: Swift with its S3 API, one process on 127.0.0.1.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { randomBytes } from 'node:crypto'
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { Test } from 'tap'
import { readConfig } from '../../src/config.ts'
import type { S3Location } from '../../src/file-location.ts'
import { freePort } from './free-port.ts'
import { needs, type Tool } from './tools.ts'

/** Debian's own Python, which has Debian's Swift; the one in PATH may be another. */
const PYTHON = '/usr/bin/python3'
const SERVER = join(import.meta.dirname, 'swift-server.py')
/** The one user of the server. */
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test:tester', AWS_SECRET_ACCESS_KEY: 'testing' }

export interface Swift {
  /** Its address. */
  endpoint: string
  /** Settings for a new bucket, or for a prefix in one. */
  settings: (prefix?: string) => Promise<Record<string, string>>
  /** Stops it, as in an outage. What is stored stays. */
  stop: () => Promise<void>
  /** Starts it again on the same port and data. */
  start: () => Promise<void>
}

/** Whether the machine has Swift. */
function findSwift (): Tool {
  const works = existsSync(PYTHON) && spawnSync(PYTHON, ['-c', 'import swift']).status === 0
  return {
    name: 'Swift',
    path: works ? PYTHON : undefined,
    hint: 'apt-get install --no-install-recommends python3-swift',
  }
}

/** Options of a test that needs an object store: see `needs`. */
export function needsSwift (): { skip: string | false } {
  return process.env.PERFBOOK_TEST_SWIFT === undefined ? needs(findSwift()) : { skip: false }
}

/**
 * The server that the tests of this process share: the one of a whole run, at PERFBOOK_TEST_SWIFT, or one of
 * its own, which ends with the process. With `mayShare: false` one that the test stops and starts.
 */
export async function startSwift (t: Test, { mayShare = true } = {}): Promise<Swift> {
  // The client looks for them in the environment, in threads too.
  Object.assign(process.env, CREDENTIALS)
  if (mayShare) {
    const endpoint = await sharedServer()
    const refuse = async () => { throw new Error('a shared server is not stopped') }
    return { endpoint, settings: settingsAt(endpoint), stop: refuse, start: refuse }
  }
  // Not the test's own folder, which a service of the same test empties.
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-swift-'))
  const ports = await freePorts()
  let server = await launch(folder, { ports })
  t.teardown(async () => {
    await end(server.process)
    rmSync(folder, { recursive: true })
  })
  return {
    endpoint: server.endpoint,
    settings: settingsAt(server.endpoint),
    stop: () => end(server.process),
    async start () {
      server = await launch(folder, { ports })
    },
  }
}

let shared: Promise<string> | undefined

function sharedServer (): Promise<string> {
  const given = process.env.PERFBOOK_TEST_SWIFT
  shared ??= given === undefined
    ? launch(mkdtempSync(join(tmpdir(), 'perfbook-swift-')), { isRemoved: true }).then((one) => one.endpoint)
    : Promise.resolve(given)
  return shared
}

function settingsAt (endpoint: string) {
  return async (prefix = ''): Promise<Record<string, string>> => {
    const bucket = `test-${randomBytes(8).toString('hex')}`
    await clientAt(endpoint).send(new CreateBucketCommand({ Bucket: bucket }))
    return { FILES_URL: `s3://${bucket}/${prefix}`, S3_ENDPOINT: endpoint, S3_PATH_STYLE: 'true' }
  }
}

/** Ports for its four servers. */
async function freePorts (): Promise<string[]> {
  return await Promise.all(Array.from({ length: 4 }, async () => String(await freePort())))
}

/**
 * Starts a server in a folder, on the same ports as before or on new ones. It ends with this process,
 * whatever ends that, and may remove its folder.
 */
export async function launch (
  folder: string,
  { isRemoved = false, ports }: { isRemoved?: boolean, ports?: string[] } = {}
): Promise<{ process: ChildProcess, endpoint: string }> {
  const args = [folder, ...ports ?? await freePorts(), ...isRemoved ? ['remove'] : []]
  const child = spawn(PYTHON, ['-W', 'ignore', SERVER, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  const errors: string[] = []
  child.stderr.on('data', (text: Buffer) => { errors.push(String(text)) })
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /^ready (\d+)$/.exec(line)?.[1]
    if (port === undefined) continue
    // The process does not wait for its server.
    child.unref()
    for (const stream of [child.stdin, child.stdout, child.stderr] as unknown as Socket[]) stream.unref()
    return { process: child, endpoint: `http://127.0.0.1:${port}` }
  }
  throw new Error(`Swift did not start: ${errors.join('')}`)
}

async function end (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.ref()
  child.kill('SIGKILL')
  await ended
}

/** A client of the test's own. */
export function clientAt (endpoint: string): S3Client {
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: {
      accessKeyId: CREDENTIALS.AWS_ACCESS_KEY_ID,
      secretAccessKey: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
    },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

/** The store that such settings name. */
export function storeOf (settings: Record<string, string>): S3Location {
  const { files } = readConfig(settings)
  if (files.kind !== 's3') throw new Error('these settings name no object store')
  return files.store
}

/** Keys of everything in the bucket, with the prefix. */
export async function keysIn ({ bucket, endpoint }: S3Location): Promise<string[]> {
  const { Contents = [] } = await clientAt(endpoint).send(new ListObjectsV2Command({ Bucket: bucket }))
  return Contents.map(({ Key = '' }) => Key)
}

/** Stores an object as another program would. */
export async function putObject ({ bucket, endpoint }: S3Location, key: string, body: string): Promise<void> {
  await clientAt(endpoint).send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))
}
