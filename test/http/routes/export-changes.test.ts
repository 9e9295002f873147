// Exports that are compared with earlier ones: the option, the sheet, and the route of the changes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { CourseDescription } from '../../support/book-database.ts'
import { readCells } from '../../support/ooxml-cells.ts'
import type { CellValue } from '../../support/openpyxl.ts'
import { startTestService, TEACHER, type TestService } from '../../support/test-service.ts'

const COURSE: CourseDescription = {
  name: 'Physics I',
  teachers: [{ email: TEACHER }],
  periods: ['1st', '2nd'],
  categories: [{ name: 'Homework', weight: 0.6 }, { name: 'Exams', weight: 0.4 }],
  tasks: [
    { title: 'HW 1', category: 0, pointsPossible: 10 },
    { title: 'Test', category: 1, pointsPossible: 20 },
  ],
  students: [
    { lastName: 'Ames', firstName: 'Ann', identifier: '007', period: 0, cells: [7, 10] },
    { lastName: 'Burr', firstName: 'Bo', period: 1, cells: [5] },
  ],
}

interface ChangesPage { changes: unknown[], count: number, next_cursor: string | null }

const path = ({ courseIds }: TestService, rest = '') => `/api/courses/${courseIds[0]}/performance${rest}`

/** Presses Export and waits for the file; gives the export as the list shows it. */
async function exported (service: TestService, body?: unknown) {
  const answer = await service.call('POST', path(service, '/export'), { body })
  if (answer.status !== 202) return answer.json()
  await service.services.runner.drain()
  const job = (await service.call('GET', answer.json().job)).json()
  const list = (await service.call('GET', path(service, '/exports'))).json()
  return list.find((item: { id: number }) => item.id === job.export_id) ?? job
}

async function changeCourse ({ services, call, courseIds }: TestService): Promise<void> {
  const [category] = await services.courses.categories(courseIds[0]!)
  const answer = await call('PATCH', `/api/courses/${courseIds[0]}`, {
    body: { missing_counts: 'zero', categories: [{ id: category!.id, weight: 0.5 }] },
  })
  if (answer.status !== 200) throw new Error(answer.text)
}

async function changesSheet (t: Test, service: TestService, item: { url: string }) {
  const file = await service.call('GET', new URL(item.url).pathname, { token: null })
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-changes-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  const place = join(folder, 'book.xlsx')
  writeFileSync(place, file.bytes)
  const sheets = await readCells(place)
  const names = sheets.map(({ name }) => name)
  const rows: Array<Record<string, CellValue>> = []
  for (const [address, value] of Object.entries(sheets.at(-1)!.cells)) {
    const [, column = '', row] = /^([A-Z]+)(\d+)$/.exec(address) ?? []
    ;(rows[Number(row) - 1] ??= {})[column] = value
  }
  return { names, rows }
}

t.test('what has changed since an export, as a sheet and as JSON', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const { call } = service
  const first = await exported(service)
  const none = await call('GET', path(service, `/exports/${first.id}/changes`))
  t.equal(none.status, 200)
  t.match(none.json(), { export_id: first.id, changes: [], count: 0, next_cursor: null })

  await changeCourse(service)
  const changes = (await call('GET', path(service, `/exports/${first.id}/changes`))).json()
  t.match(changes.changes, [
    { kind: 'setting_changed', field: 'missing_counts', before: 'ignored', after: 'zero', student: null },
    { kind: 'category_changed', field: 'weight', category: { name: 'Homework' }, before: 0.6, after: 0.5 },
    { kind: 'class_average_changed', category: null },
    {
      kind: 'average_changed',
      student: { last_name: 'Ames', student_identifier: '007' },
      after: (0.5 * 0.7 + 0.4 * 0.5) / 0.9,
    },
  ])
  t.equal(changes.count, 4)

  const second = await exported(service, { compare_with: 'last' })
  t.strictSame(second.options, { compare_with: first.id }, 'the id is stored')
  const { names, rows } = await changesSheet(t, service, second)
  t.strictSame(names, ['Summary', 'Performance', 'Changes'])
  t.match(rows[0]!.A, /^Changes since the export of \d{4}-\d\d-\d\d \d\d:\d\d$/)
  t.strictSame(Object.values(rows[1]!), [
    'What', 'Last name', 'First name', 'Student ID', 'Task or setting', 'Before', 'After', 'Note',
  ])
  t.strictSame(rows.slice(2).map(({ A }) => A), [
    'Setting changed', 'Category changed', 'Class average changed', 'Average changed',
  ])

  const third = await exported(service, { compare_with: second.id, language: 'es' })
  const same = await changesSheet(t, service, third)
  t.equal(same.rows.length, 1)
  t.match(same.rows[0]!.A, /^No ha cambiado nada desde la exportación del /)
})

t.test('a grading scale that is set and removed', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const scale = [{ grade: 'Pass', from: 0.5 }, { grade: 'Fail', from: 0 }]
  const set = async (value: typeof scale | null): Promise<void> => {
    await service.call('PATCH', `/api/courses/${service.courseIds[0]}`, { body: { grading_scale: value } })
  }
  const changes = async (id: number): Promise<unknown> =>
    (await service.call('GET', path(service, `/exports/${id}/changes`))).json().changes
  const [field, kind] = ['grading_scale', 'setting_changed']
  const without = await exported(service)
  await set(scale)
  t.match(await changes(without.id), [{ kind, field, before: null, after: scale }])
  const given = await exported(service)
  await set(null)
  t.match(await changes(given.id), [{ kind, field, before: scale, after: null }])
  t.strictSame(await changes(without.id), [])
})

t.test('a page of changes, and the next one', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const { call } = service
  const { id } = await exported(service)
  await changeCourse(service)
  const all = (await call('GET', path(service, `/exports/${id}/changes`))).json()
  const pages: unknown[] = []
  let cursor: string | null = null
  do {
    const query: string = `?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`
    const page: ChangesPage = (await call('GET', path(service, `/exports/${id}/changes${query}`))).json()
    t.equal(page.count, all.count)
    t.ok(page.changes.length <= 3)
    pages.push(...page.changes)
    cursor = page.next_cursor
  } while (cursor !== null)
  t.strictSame(pages, all.changes)

  const first = (await call('GET', path(service, `/exports/${id}/changes?limit=1`))).json()
  await call('PATCH', `/api/courses/${service.courseIds[0]}`, { body: { missing_counts: 'ignored' } })
  const late = await call('GET', path(service, `/exports/${id}/changes?cursor=${first.next_cursor}`))
  t.match(late.json(), { code: 'VALIDATION_FAILED', message: /^cursor: / })
  const bad = await call('GET', path(service, `/exports/${id}/changes?cursor=abc`))
  t.match(bad.json(), { statusCode: 400, code: 'VALIDATION_FAILED' })
})

t.test('what cannot be compared', async (t) => {
  const service = await startTestService(t, { courses: [COURSE, { ...COURSE, name: 'Other' }] })
  const { call, services } = service
  t.match((await exported(service, { compare_with: 'last' })).options, { compare_with: 'last' })
  const [none] = (await call('GET', path(service, '/exports'))).json()
  const { rows } = await changesSheet(t, service, none)
  t.strictSame(rows, [{ A: 'There is no earlier export to compare with.' }])

  for (const compare of ['first', 0, 1.5, '1', null]) {
    const answer = await exported(service, { compare_with: compare })
    t.match(answer, {
      code: 'VALIDATION_FAILED',
      message: 'compare_with: must be last or integer >= 1',
    }, String(compare))
  }
  t.match(await exported(service, { compare_with: 99 }), { statusCode: 404, code: 'EXPORT_NOT_FOUND' })
  const other = await call('POST', `/api/courses/${service.courseIds[1]}/performance/export`, {
    body: { compare_with: none.id },
  })
  t.match(other.json(), { statusCode: 404, code: 'EXPORT_NOT_FOUND' })
  for (const id of ['99', '0', 'x', '1e3']) {
    t.match((await call('GET', path(service, `/exports/${id}/changes`))).json(), { code: 'EXPORT_NOT_FOUND' })
  }

  await services.db.write(async (trx) => {
    await trx.deleteFrom('export_snapshots').execute()
  })
  for (const compare of ['last', none.id]) {
    const answer = await exported(service, { compare_with: compare })
    t.match(answer, { statusCode: 409, code: 'SNAPSHOT_MISSING' })
  }
  t.match((await call('GET', path(service, `/exports/${none.id}/changes`))).json(), {
    statusCode: 409,
    code: 'SNAPSHOT_MISSING',
  })
})

t.test('an export fails if the one to compare with is deleted before it runs', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const { call } = service
  const { id } = await exported(service)
  // The job waits for another service.
  await service.services.runner.stop(0)
  const { job } = (await call('POST', path(service, '/export'), { body: { compare_with: 'last' } })).json()
  await call('DELETE', path(service, `/exports/${id}`))
  const { services: { runner } } = await startTestService(t, { joins: service })
  await runner.drain()
  t.match((await call('GET', job)).json(), { status: 'failed', error: { code: 'SNAPSHOT_MISSING' } })
  const left = await service.services.db.reads.selectFrom('export_snapshots').selectAll().execute()
  t.strictSame(left, [], 'the snapshot went with the export')
})

t.test('one period: students who are or were in it', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const { services } = service
  const periods = await services.db.reads.selectFrom('periods').selectAll().orderBy('id').execute()
  const first = await exported(service, { period_id: periods[0]!.id })
  await services.db.write(async (trx) => {
    await trx.updateTable('students').set({ period_id: periods[0]!.id }).execute()
    await trx.updateTable('courses').set({ data_version: 2 }).execute()
  })
  const { rows } = await changesSheet(t, service, await exported(service, {
    period_id: periods[1]!.id, compare_with: first.id,
  }))
  t.strictSame(rows.slice(2), [
    { A: 'Class average changed', E: 'Course average', F: 0.5 },
    { A: 'Class average changed', E: 'Homework average', F: 0.5 },
    { A: 'Student moved', B: 'Burr', C: 'Bo', E: 'Period', F: '2nd', G: '1st' },
  ])
})
