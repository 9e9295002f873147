// A data folder with one student in every place where the service stores people, and what the bytes of the
// folder hold.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { readConfig } from '../../src/config.ts'
import { createServices } from '../../src/services.ts'
import { perfbook, type CliResult } from '../support/cli.ts'
import { contentOf } from '../support/sql.ts'
import { databaseEnv } from '../support/test-database.ts'
import { createWorld, enrollment, result, school, user, type Tables, type World } from '../imports/bundles.ts'

/** Everything that tells of Cyd: no other text in the database has one of these in it. */
export const TRACES = /Cydwina|Ortizova|u-cyd-77|ID-90210|cydwina\.o/i

/**
 * `school()` with a student of telling names in both of its courses: Physics, and Art, where Ann is as well.
 */
export function schoolWithCyd (): Tables {
  const tables = school()
  const replace = (name: string, column: string) => {
    for (const row of tables[name]!) if (row[column] === 'cyd') row[column] = 'u-cyd-77'
  }
  replace('enrollments', 'userSourcedId')
  replace('results', 'studentSourcedId')
  tables['users'] = [
    ...tables['users']!.filter((row) => row['sourcedId'] !== 'cyd'),
    user('u-cyd-77', 'Cydwina', 'Ortizova', 'ID-90210', { email: 'Cydwina.O@example.edu' }),
    user('kim', 'Kim', 'Park', 'T-2'),
  ]
  tables['courses']!.push({ sourcedId: 'c2', title: 'Art', courseCode: 'A', orgSourcedId: 'o1' })
  tables['classes']!.push({
    sourcedId: 'a1',
    title: 'Art',
    courseSourcedId: 'c2',
    classCode: '',
    schoolSourcedId: 'o1',
    termSourcedIds: 't1',
    periods: 1,
  })
  tables['enrollments']!.push(
    enrollment('e-k', 'a1', 'kim', 'teacher'),
    enrollment('e-c2', 'a1', 'u-cyd-77'),
    enrollment('e-a2', 'a1', 'ann')
  )
  tables['lineItems']!.push({ ...tables['lineItems']![0]!, sourcedId: 'li-a', classSourcedId: 'a1' })
  tables['results']!.push(result('r9', 'li-a', 'u-cyd-77', 9), result('r10', 'li-a', 'ann', 3))
  return tables
}

export interface PeopleWorld extends World {
  dataDir: string
  run: (args: string[], options?: Parameters<typeof perfbook>[2]) => Promise<CliResult>
  /** Bytes of the database and its log, as text. */
  bytes: () => string
  /** Stores a file with its bytes. */
  file: (row: {
    id: string,
    ownerType: string,
    ownerId: number,
    category: string,
    filename: string,
  }) => string
}

export async function peopleWorld (t: Test, tables: Tables | null = schoolWithCyd()): Promise<PeopleWorld> {
  const world = await createWorld(t)
  if (tables !== null) await world.take(tables)
  const dataDir = join(world.folder, 'data')
  const people: PeopleWorld = {
    ...world,
    dataDir,
    async run (args, options) {
      const env = { ...databaseEnv(world.database), ...options?.env }
      const command = () => perfbook(dataDir, args, { ...options, env })
      return world.database.engine === 'postgres' && args[0] === 'export'
        ? await besideNode({ DATA_DIR: dataDir, ...env }, command)
        : await command()
    },
    bytes: () => contentOf(world.database),
    file ({ id, ownerType, ownerId, category, filename }) {
      const hex = id.repeat(32)
      mkdirSync(join(dataDir, 'files', hex), { recursive: true })
      const path = join(dataDir, 'files', hex, filename)
      writeFileSync(path, 'Cydwina Ortizova')
      people.sql(
        `INSERT INTO files (owner_type, owner_id, category, filename,
          hex, content_type, size, sha256, created_at)
        VALUES (?, ?, ?, ?, ?, 'text/csv', 16, 'x', 1)`,
        ownerType,
        ownerId,
        category,
        filename,
        hex
      )
      return path
    },
  }
  return people
}

/** A command that needs a node that runs jobs; as every node, it first repairs what a death has left. */
async function besideNode<T> (settings: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const config = readConfig({ MIN_FREE_BYTES: '0', WORKER_THREADS: '1', ...settings })
  const services = await createServices({ config, log: { info () {}, warn () {}, error () {} } })
  try {
    await services.files.reconcile()
    await services.runner.start()
    return await work()
  } finally {
    await services.close(0)
  }
}

/**
 * Puts Cyd into everything that no import fills: reports, uploads, an account with all that hangs on it.
 * Paths of files.
 */
export async function fillEverywhere (world: PeopleWorld, courseId: number): Promise<string[]> {
  const { sql } = world
  const payload = JSON.stringify({
    hex: 'a'.repeat(32),
    filename: 'Ortizova.csv',
    choices: { dryRun: false, strict: false, allowRemovals: false },
    requestedBy: 'Ted Mayer',
  })
  const failed = JSON.stringify({
    errors: [
      {
        file: 'users.csv',
        line: 3,
        path: '$.students["u-cyd-77"]',
        message: 'email is "CYDWINA.O@example.edu", and Ann Lee is fine',
      },
    ],
    error_count: 1,
  })
  sql(
    `INSERT INTO jobs (kind, state, "key", payload, run_after,
      created_at, finished_at, error_code, error_message, result)
    VALUES ('import', 'failed', 'import:1', ?, 0,
      1, 2, 'IMPORT_FAILED', 'users.csv:3: name is "Ortizova, Cydwina"', ?)`,
    payload,
    failed
  )
  const [{ id: jobId }] = sql("SELECT id FROM jobs WHERE kind = 'import'") as [{ id: number }]
  sql(
    `INSERT INTO job_attempts (job_id, token, attempt, started_at, error_message)
      VALUES (?, 9, 1, 1, 'Cydwina Ortizova was found twice')`,
    jobId
  )
  const [{ summary }] = sql('SELECT summary FROM imports') as [{ summary: string }]
  const warnings = [{ code: 'title_missing', message: 'The row of ID-90210 was skipped', count: 1 }]
  sql('UPDATE imports SET summary = ?', JSON.stringify({ ...JSON.parse(summary) as object, warnings }))
  sql(`INSERT INTO users (email, email_key, role, first_name, last_name, password_hash, origin, created_at)
    VALUES ('Cydwina.O@example.edu', 'cydwina.o@example.edu', 'student', 'Cydwina', 'Ortizova',
      'scrypt$secret-hash', 'account', 1)`)
  sql("INSERT INTO tokens (user_id, name, hash, created_at) VALUES (1, 'Cydwina phone', 'token-hash', 1)")
  sql(
    `INSERT INTO sessions (user_id, hash, address, user_agent, created_at, last_used_at)
      VALUES (1, 'session-hash', '192.0.2.7', 'Firefox of Cydwina', 1, 1)`
  )
  sql("INSERT INTO password_links (user_id, hash, created_at, expires_at) VALUES (1, 'link-hash', 1, 2)")
  sql(
    `INSERT INTO audit_log (at, action, outcome, actor_id, via, address)
      VALUES (1, 'session.begin', 'refused', 1, 'nobody', '192.0.2.7')`
  )
  sql("INSERT INTO sign_in_networks (user_id, network, last_at) VALUES (1, '192.0.2.7', 1)")
  sql('INSERT INTO job_requests (job_id, user_id, requested_at) VALUES (?, 1, 1)', jobId)
  return [
    world.file({ id: 'a', ownerType: 'user', ownerId: 9, category: 'import-source', filename: 'roster.zip' }),
    world.file({
      id: 'b',
      ownerType: 'course',
      ownerId: courseId,
      category: 'import-source',
      filename: 'grades.csv',
    }),
    world.file({
      id: 'c',
      ownerType: 'course',
      ownerId: courseId,
      category: 'document',
      filename: 'essay_of_Cydwina-Ortizova.pdf',
    }),
  ]
}

/** Names of everything that lies in `files/`. */
export function storedHexes (world: PeopleWorld): string[] {
  const folder = join(world.dataDir, 'files')
  return existsSync(folder) ? readdirSync(folder) : []
}
