import { open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isDiskFull } from '../db/failures.ts'
import { readBook, type Book } from '../src/courses/book.ts'
import { hasCode, sentenceOf } from '../src/errors.ts'
import { FILL_IN_MESSAGES } from '../src/fill-in/fill-in-messages.ts'
import type { FillInOptions } from '../src/fill-in/fill-in-options.ts'
import { emptyReport, fittedReport } from '../src/fill-in/fill-in-report.ts'
import type { FillInTask } from '../src/fill-in/fill-in.job.ts'
import { Refusal } from '../src/imports/problems.ts'
import { boundMessage } from '../src/short-text.ts'
import type { TaskOutcome } from '../src/jobs/task.ts'
import { fillInFailure } from './fill-in/fill-in-failure.ts'
import { guessBasis } from './fill-in/guess-basis.ts'
import { readRoster, type Roster } from './fill-in/roster.ts'
import { threadReader } from './read-book.ts'

/** Fills a table in with the numbers of a course. */
export async function fillIn (input: FillInTask['input']): Promise<TaskOutcome<FillInTask>> {
  const { database, courseId, source, options, stagingPath, maxBytes, now } = input
  try {
    const head = await headOf(source)
    if (head.length === 0) throw fillInFailure(FILL_IN_MESSAGES.empty)
    if ((await stat(source)).size > maxBytes) {
      throw fillInFailure(`The file has more than ${maxBytes} bytes (FILL_IN_MAX_BYTES).`)
    }
    const isWorkbook = head.toString('latin1', 0, 2) === 'PK'
    if (head.toString('latin1', 0, PDF.length) === PDF) throw fillInFailure(FILL_IN_MESSAGES.pdf)
    if (head.equals(OLD_OFFICE)) throw fillInFailure(await oldOfficeReason(source))
    const reader = await threadReader(database)
    const read = async <T>(of: (book: Book) => Promise<T>) => await reader.read(async (snapshot) => {
      const book = await readBook(snapshot, courseId, { now })
      if (book === undefined) throw new CourseGone()
      return await of(book)
    })
    const file = { source, isWorkbook, stagingPath, maxBytes }
    if (options.match.length > 0) {
      const roster = await read((book) => readRoster(book, options))
      return { ok: true, facts: fitted(await fill(file, options, roster)) }
    }
    const table = await (await import('./fill-in/guess-file.ts')).guessFile({
      ...file, options, basis: await read(guessBasis), scratchFolder: dirname(stagingPath),
    })
    const { sheet, header_row: row, match, fill: fills } = table
    if (row === null || match.length === 0 || fills.length === 0) {
      return { ok: true, facts: fitted({ report: { ...emptyReport(table), table }, file: null }) }
    }
    const guessed = {
      ...options, header_row: row, match, fill: fills, ...(sheet === null ? {} : { sheet }),
    }
    const { report } = await fill(file, guessed, await read((book) => readRoster(book, guessed)))
    return { ok: true, facts: fitted({ report: { ...report, table }, file: null }) }
  } catch (error) {
    await rm(stagingPath, { force: true })
    if (error instanceof CourseGone) {
      return { ok: false, code: 'COURSE_NOT_FOUND', message: 'The course was deleted in the meantime.' }
    }
    if (hasCode(error, 'FILL_IN_FAILED')) return failure(error.message)
    if (error instanceof Refusal) {
      const line = error.place.line == null ? '' : `, row ${error.place.line},`
      return failure(`The file${line} ${error.message}.`)
    }
    if (isDiskFull(error)) return { ok: false, code: 'DISK_FULL', message: sentenceOf('DISK_FULL') }
    throw error
  }
}

class CourseGone extends Error {}

async function fill (
  { source, isWorkbook, stagingPath, maxBytes }: {
    source: string, isWorkbook: boolean, stagingPath: string, maxBytes: number,
  },
  options: FillInOptions,
  roster: Roster
): Promise<FillInTask['facts']> {
  const given = { source, stagingPath, options, roster }
  return isWorkbook
    ? await (await import('./fill-in/fill-workbook.ts')).fillWorkbook({ ...given, maxBytes })
    : await (await import('./fill-in/fill-csv.ts')).fillCsv(given)
}

function fitted ({ report, file }: FillInTask['facts']): FillInTask['facts'] {
  return { report: fittedReport(report), file }
}

const PDF = '%PDF-'
/** Old Office documents, and those with a password, are compound files and begin with this. */
const OLD_OFFICE = Buffer.from('d0cf11e0a1b11ae1', 'hex')
/** The name of the stream of a document with a password (MS-OFFCRYPTO, 2.3.4.4). */
const ENCRYPTED = Buffer.from('EncryptedPackage', 'utf16le')

async function headOf (path: string): Promise<Buffer> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(OLD_OFFICE.length), 0, OLD_OFFICE.length, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

async function oldOfficeReason (path: string): Promise<string> {
  const handle = await open(path)
  try {
    const isEncrypted = (await handle.readFile()).includes(ENCRYPTED)
    return isEncrypted ? FILL_IN_MESSAGES.encrypted : FILL_IN_MESSAGES.old_excel
  } finally {
    await handle.close()
  }
}

function failure (message: string): TaskOutcome<FillInTask> {
  return { ok: false, code: 'FILL_IN_FAILED', message: boundMessage(message) }
}
