// A node is notified when another one changes a job, and ends its runs when it is cut off.
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase, type NodeIdentity } from '../../db/index.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'
import { until } from '../support/until.ts'

const node = (name: string): NodeIdentity => ({
  id: name, name, role: 'all', version: '1', threads: 1, sharesFiles: true, runningJobs: () => 0,
})

t.test('a notification reaches every node; after a lost connection, all is read again', {
  skip: noPostgres,
}, async (t) => {
  const location = await testPostgres(t, { mayHaveTables: true })
  const [one, two] = [
    await openDatabase(location, { node: node('one') }), await openDatabase(location, { node: node('two') }),
  ]
  t.teardown(async () => { await one.close(); await two.close() })
  const heard = { one: [] as string[], two: [] as string[] }
  for (const [name, db] of [['one', one], ['two', two]] as const) {
    db.listen({
      notified: (topic, id) => { heard[name].push(`${topic} ${id}`) },
      reconnected: () => { heard[name].push('again') },
    })
  }
  const change = two.change()
  await one.write((trx) => trx.notify('job', 7))
  await until('both are notified', () => heard.one.length > 0 && heard.two.length > 0)
  t.strictSame(heard, { one: ['job 7'], two: ['job 7'] })
  t.not(two.change(), change)
  await t.rejects(one.write(async (trx) => {
    await trx.notify('job', 8)
    throw new Error('no')
  }), /no/)

  // What is said while a node does not listen is lost.
  await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'perfbook two two'`.execute(one.reads)
  await one.write((trx) => trx.notify('job', 9))
  await until('the connection is back', () => heard.two.includes('again'))
  await one.write((trx) => trx.notify('job', 10))
  await until('it is notified again', () => heard.two.includes('job 10'))
  t.notOk(heard.two.includes('job 8'), 'never of a write that was rolled back')
})
