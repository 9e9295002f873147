// A private object store: Swift with its S3 API, one process on 127.0.0.1 that ends with the test.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
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
import { testFolder } from './test-folder.ts'
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
  return process.env['PERFBOOK_TEST_SWIFT'] === undefined ? needs(findSwift()) : { skip: false }
}

/**
 * A server of the test's own, or with `mayShare` the one at PERFBOOK_TEST_SWIFT. Sets the credentials in the
 * environment of this process, where the client looks for them.
 */
export async function startSwift (t: Test, { mayShare = true } = {}): Promise<Swift> {
  Object.assign(process.env, CREDENTIALS)
  const shared = process.env['PERFBOOK_TEST_SWIFT']
  if (mayShare && shared !== undefined) {
    const noStop = async () => { throw new Error('a shared server is not stopped') }
    return { endpoint: shared, settings: settingsAt(shared), stop: noStop, start: noStop }
  }
  const folder = join(testFolder(t), 'swift')
  mkdirSync(folder, { recursive: true })
  let server = await launch(folder)
  t.teardown(async () => { await end(server.process) })
  const { endpoint } = server
  return {
    endpoint,
    settings: settingsAt(endpoint),
    stop: () => end(server.process),
    async start () {
      server = await launch(folder)
    },
  }
}

/** Starts a server in a folder, for a whole run. It ends with this process, or with its standard input. */
export async function launch (folder: string): Promise<{ process: ChildProcess, endpoint: string }> {
  const child = spawn(PYTHON, ['-W', 'ignore', SERVER, folder], { stdio: ['pipe', 'pipe', 'pipe'] })
  const errors: string[] = []
  child.stderr.on('data', (text: Buffer) => { errors.push(String(text)) })
  const lines = createInterface({ input: child.stdout })
  for await (const line of lines) {
    const port = /^ready (\d+)$/.exec(line)?.[1]
    if (port !== undefined) return { process: child, endpoint: `http://127.0.0.1:${port}` }
  }
  throw new Error(`Swift did not start: ${errors.join('')}`)
}

async function end (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

function settingsAt (endpoint: string) {
  return async (prefix = ''): Promise<Record<string, string>> => {
    const bucket = `test-${randomBytes(8).toString('hex')}`
    await clientAt(endpoint).send(new CreateBucketCommand({ Bucket: bucket }))
    return {
      FILES_URL: `s3://${bucket}/${prefix}`,
      S3_ENDPOINT: endpoint,
      S3_PATH_STYLE: 'true',
    }
  }
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
