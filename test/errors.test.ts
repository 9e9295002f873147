// One class for every failure that Perfbook explains, and one list of codes.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { exitStatusOf } from '../src/cli/program/failures.ts'
import {
  DomainError, ERRORS, failureOf, hasCode, isHttpCode, JOB_ERROR_CODES, type ErrorCode,
} from '../src/errors.ts'
import { errorBody } from '../src/http/errors.ts'

const ROOT = join(import.meta.dirname, '..')
const CODES = Object.keys(ERRORS) as ErrorCode[]

t.test('there are no other classes of errors, but for these, which stay within their folder', async (t) => {
  const classes = ['src', 'workers', 'db'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .flatMap((name) => {
        const text = readFileSync(join(ROOT, folder, name), 'utf8')
        const found = text.matchAll(/class (\w+) extends \w*Error\b/g)
        return Array.from(found, ([, className]) => `${folder}/${name} ${className}`)
      })
  )
  t.strictSame(classes.sort(), [
    'src/errors.ts DomainError',
    // An error at one place of an imported file; it becomes a line of the report.
    'src/imports/problems.ts Refusal',
    // Ends the reading of a file early.
    'src/imports/sources/enough.ts Enough',
    // Ends the reading of a sheet, which is read again when its numbers are understood.
    'src/imports/spreadsheet/read-sheet.ts Unproven',
    // The page's own side of the API.
    'src/page/api.ts ApiError',
    // Ends a fill-in; it becomes COURSE_NOT_FOUND.
    'workers/fill-in.ts CourseGone',
  ])
})

t.test('each code has a sentence that a person can read aloud', async (t) => {
  for (const code of CODES) {
    const { message } = new DomainError(code)
    t.match(message, /^[A-Z].*\.$/, code)
    t.ok(message.length <= 110, code)
  }
})

t.test('options have names: a detail replaces the sentence, and the rest is kept', async (t) => {
  const cause = new Error('behind it')
  const error = new DomainError('QUEUE_FULL', { detail: 'Forty are waiting.', retryAfterSeconds: 10, cause })
  t.match(error, { code: 'QUEUE_FULL', message: 'Forty are waiting.', retryAfterSeconds: 10, cause })
  t.equal(new DomainError('QUEUE_FULL').retryAfterSeconds, undefined)
  t.notOk('cause' in new DomainError('QUEUE_FULL'))
  t.equal(hasCode(error, 'QUEUE_FULL'), true)
  t.equal(hasCode(error, 'OVERLOADED'), false)
  t.equal(hasCode(Object.assign(new Error('no'), { code: 'QUEUE_FULL' }), 'QUEUE_FULL'), false)
})

t.test('a code becomes a status in one place', async (t) => {
  t.strictSame(errorBody('FILE_EXPIRED'), {
    statusCode: 410,
    code: 'FILE_EXPIRED',
    error: 'Gone',
    message: 'This file has expired. Make a new export.',
  })
  t.equal(errorBody('VALIDATION_FAILED', 'x'.repeat(5000)).message.length, 1000)
  t.equal(isHttpCode('SCHEMA_TOO_OLD'), false)
})

t.test('a code becomes an exit status in one place: 2 for wrong usage, 1 for the rest', async (t) => {
  const usage = CODES.filter((code) => exitStatusOf(new DomainError(code)) === 2)
  t.strictSame(usage, ['WRONG_USAGE'])
  t.ok(CODES.every((code) => [1, 2].includes(exitStatusOf(new DomainError(code)))))
})

t.test('a job fails at once with a reason of jobs; after a crash it is retried', async (t) => {
  const crashes: ErrorCode[] = ['DISK_FAILED', 'OUT_OF_MEMORY', 'TIMED_OUT', 'WORKER_CRASHED']
  const failing = CODES.filter((code) => failureOf(new DomainError(code)) !== undefined)
  t.strictSame(failing.sort(), JOB_ERROR_CODES.filter((code) => !crashes.includes(code)).sort())
  t.equal(failureOf(new Error('a bug')), undefined)
})
