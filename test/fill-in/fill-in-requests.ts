// Requests to fill in a table, as clients send them, and a course that they are about.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { upload } from '../http/routes/import-upload.ts'
import type { CourseDescription } from '../support/book-database.ts'
import { TEACHER, type TestService } from '../support/test-service.ts'
import { writeParts } from './office.ts'

export const OFFICE_COURSE: CourseDescription = {
  name: 'Physics I',
  teachers: [{ email: TEACHER, firstName: 'Tea', lastName: 'Cher' }],
  categories: [{ name: 'Homework' }],
  tasks: [
    { title: 'HW 1', category: 0, pointsPossible: 10 },
    { title: 'HW 2', category: 0, pointsPossible: 10 },
  ],
  students: [
    { lastName: 'Ames', firstName: 'Ann', identifier: '0042', email: 'ann@example.edu', cells: [9, 9.5] },
    { lastName: 'Burr', firstName: 'Bo', identifier: '0007', email: 'bo@example.edu', cells: [2.5, 0.4] },
    { lastName: 'Çelik', firstName: 'Cem', identifier: '0008', email: 'cem@example.edu', cells: [10, 10] },
    { lastName: 'Dunn', firstName: 'Di', identifier: '0009', email: 'di@example.edu', cells: [] },
    { lastName: 'Eder', firstName: 'Ed', identifier: '0010', cells: [5], droppedOn: '2015-03-02' },
  ],
}

export const fillInPath = ({ courseIds }: TestService) => `/api/courses/${courseIds[0]}/fill-in`

/** Waits for the job that fills in. */
export async function fillIn (
  service: TestService,
  { name = 'grades.csv', bytes, options, token }: {
    name?: string, bytes: Buffer | string, options: object | string, token?: string,
  }
) {
  const text = typeof options === 'string' ? options : JSON.stringify(options)
  const answer = await upload(service, fillInPath(service), { name, bytes }, { options: text }, token)
  if (answer.status !== 202) return { answer, job: undefined }
  const as = token ?? await service.token('admin')
  return { answer, job: (await service.call('GET', answer.json.job, { token: as })).json() }
}

/** A workbook of these parts. */
export async function archiveOf (t: Test, parts: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'fill-in-'))
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  return readFileSync(await writeParts(join(folder, 'book.xlsx'), parts))
}
