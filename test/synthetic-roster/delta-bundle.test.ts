import { join } from 'node:path'
import t from 'tap'
import { readBundle, type BundleRow } from '../support/read-bundle.ts'
import { write } from './synthetic-roster.ts'

const byId = (rows: BundleRow[]): Map<string, BundleRow> => new Map(rows.map((row) => [row.sourcedId!, row]))

for (const version of ['1.1', '1.2'] as const) {
  t.test(`OneRoster ${version}: the delta changes what the bulk bundle says`, async (t) => {
    const delta = join(t.testdir(), 'delta.zip')
    const { path, delta: counts } = await write(t, { schools: 2 }, {
      version,
      delta,
      output: join(t.testdirName, 'bulk.zip'),
    })
    const bulk = await readBundle(path)
    const change = await readBundle(delta)
    t.strictSame(counts, { changedScores: 20, addedStudents: 1, deletedResults: 1 })

    const [student] = change.users!
    t.notOk(byId(bulk.users!).has(student!.sourcedId!))
    t.notOk(
      bulk.users!.some(({ email, identifier }) =>
        email === student!.email || identifier === student!.identifier
      )
    )
    t.equal(change.enrollments!.length, 1)
    t.equal(change.enrollments![0]!.userSourcedId, student!.sourcedId)
    t.ok(byId(bulk.classes!).has(change.enrollments![0]!.classSourcedId!))
    t.equal(change.roles?.length, version === '1.2' ? 1 : undefined)

    const before = byId(bulk.results!)
    const items = byId(bulk.lineItems!)
    const [deleted, changed, added] = ['delete', 'change', 'add'].map((what) =>
      change.results!.filter(({ status, sourcedId }) =>
        what === (status === 'tobedeleted' ? 'delete' : before.has(sourcedId!) ? 'change' : 'add')
      )
    )
    t.equal(deleted!.length, 1)
    t.ok(before.has(deleted![0]!.sourcedId!))
    t.equal(changed!.length, 20)
    for (const row of changed!) {
      const old = before.get(row.sourcedId!)!
      t.equal(row.lineItemSourcedId, old.lineItemSourcedId)
      t.equal(row.studentSourcedId, old.studentSourcedId)
      t.not(row.score, old.score)
    }
    t.equal(added!.length, 3)
    t.ok(added!.every(({ studentSourcedId, lineItemSourcedId }) =>
      studentSourcedId === student!.sourcedId &&
      items.get(lineItemSourcedId!)!.classSourcedId === change.enrollments![0]!.classSourcedId
    ))
    for (const name of ['users', 'enrollments', 'results']) {
      t.ok(
        change[name]!.every(({ status, dateLastModified }) =>
          status !== '' && !Number.isNaN(Date.parse(dateLastModified!))
        ),
        `${name} has status and date`
      )
    }
    const manifest = Object.fromEntries(
      change.manifest!.map(({ propertyName, value }) => [propertyName, value])
    )
    t.equal(manifest['file.results'], 'delta')
    t.equal(manifest['file.lineItems'], 'absent')
  })
}

t.test('a delta of an empty course only adds a student', async (t) => {
  const delta = join(t.testdir(), 'delta.zip')
  const { delta: counts } = await write(t, { students: 0, tasks: 0 }, {
    delta,
    output: join(t.testdirName, 'bulk.zip'),
  })
  t.strictSame(counts, { changedScores: 0, addedStudents: 1, deletedResults: 0 })
  const change = await readBundle(delta)
  t.equal(change.users!.length, 1)
  t.strictSame(change.results, [])
})
