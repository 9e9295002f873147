// The settings for PostgreSQL and nodes.
import { readFileSync } from 'node:fs'
import type { PostgresLocation } from '../db/index.ts'
import { parseAddress, type PostgresAddress } from '../db/postgres/address.ts'
import type { SettingName, SettingValues } from './settings.ts'

/** Threads for imports and pages. Each has one connection, like the threads of jobs. */
const THREADS_BESIDE = 2
/** pg-boss runs statements on two and listens on one; the node itself has one. */
const FOR_JOBS_AND_NODE = 4
/** At least two are for requests. */
const CONNECTIONS_BESIDE_THREADS = THREADS_BESIDE + FOR_JOBS_AND_NODE + 2

/** What is wrong, and with which settings. */
export interface Problem {
  names: readonly string[]
  text: string
}

/** PostgreSQL, if it is set up, and problems with it. Never shows an address, which may hold a password. */
export function databaseOf (
  values: SettingValues,
  password: string | undefined
): { postgres: PostgresLocation | null, problems: Problem[] } {
  const problems: Problem[] = []
  const wrong = (names: SettingName[], text: string) => {
    problems.push({ names, text: `${names.join(', ')}${text}` })
  }
  const read = (name: SettingName, text: string, known?: PostgresAddress) => {
    const parsed = parseAddress(text, { password: known?.password ?? password })
    if ('address' in parsed) return parsed.address
    wrong([name], `: ${parsed.problem}`)
    return undefined
  }
  const { DATABASE_URL: url, DATABASE_URL_FILE: file, DATABASE_DIRECT_URL: directUrl } = values
  if (values.NODE_NAME !== '' && !/^[A-Za-z0-9][\w.-]{0,62}$/.test(values.NODE_NAME)) {
    wrong(['NODE_NAME'], ': must be 1 to 63 letters, digits, dots, underscores and hyphens')
  }
  if (url === '' && file === '') {
    if (directUrl !== '') wrong(['DATABASE_DIRECT_URL'], ': needs DATABASE_URL')
    if (values.NODE_ROLE !== 'all') {
      wrong(['NODE_ROLE'], `=${values.NODE_ROLE}: needs DATABASE_URL; with SQLite there is one node`)
    }
    return { postgres: null, problems }
  }
  if (url !== '' && file !== '') wrong(['DATABASE_URL', 'DATABASE_URL_FILE'], ': set one of them, not both')
  if (values.PUBLIC_URL === '') {
    wrong(['PUBLIC_URL'], ': is missing; DATABASE_URL needs it, because all nodes must use one address')
  }
  const least = values.WORKER_THREADS + CONNECTIONS_BESIDE_THREADS
  if (values.DATABASE_POOL < least) {
    wrong(['DATABASE_POOL'], `=${values.DATABASE_POOL}: must be at least ${least}, ` +
      `WORKER_THREADS (${values.WORKER_THREADS}) plus ${CONNECTIONS_BESIDE_THREADS}`)
  }
  let address: PostgresAddress | undefined
  if (url !== '') address = read('DATABASE_URL', url)
  else {
    try {
      address = read('DATABASE_URL_FILE', readFileSync(file, 'utf8').trim())
    } catch (error) {
      wrong(['DATABASE_URL_FILE'], `: ${(error as Error).message}`)
    }
  }
  const direct = directUrl === '' ? address : read('DATABASE_DIRECT_URL', directUrl, address)
  if (address === undefined || direct === undefined) return { postgres: null, problems }
  const poolSize = values.DATABASE_POOL - values.WORKER_THREADS - THREADS_BESIDE - FOR_JOBS_AND_NODE
  return { postgres: { engine: 'postgres', connection: address, direct, poolSize }, problems }
}
