import t, { type Test } from 'tap'
import { openDatabase } from '../../db/index.ts'
import { createAccounts } from '../../src/accounts/accounts.ts'
import { createPasswordQueue } from '../../src/accounts/password-queue.ts'
import { hashPassword, verifyPassword } from '../../src/accounts/passwords.ts'
import { createTurns } from '../../src/accounts/turns.ts'
import { insertCourse, makeBookDatabase } from '../support/book-database.ts'
import { testDatabase } from '../support/test-database.ts'
import { testFolder } from '../support/test-folder.ts'
import { disableUser } from '../support/test-service.ts'

const DAY = 86_400_000

async function open (t: Test) {
  const database = await testDatabase(t, testFolder(t))
  await makeBookDatabase(database, {
    teachers: [{ email: 'Tea.Cher@Example.edu', firstName: 'Tea', lastName: 'Cher' }],
  })
  const db = await openDatabase(database)
  t.teardown(() => db.close())
  const clock = { now: Date.UTC(2026, 0, 1) }
  const passwords = createPasswordQueue({
    db,
    turns: createTurns({ atOnce: 2, waiting: 50 }),
    publicUrl: 'https://perfbook.riverside.example',
  })
  return { db, clock, accounts: createAccounts({ db, now: () => clock.now, passwords }) }
}

t.test('a token identifies its user until it is revoked or has expired', async (t) => {
  const { accounts, clock } = await open(t)
  await accounts.add({ email: 'admin@example.edu', role: 'admin', firstName: 'Ad', lastName: 'Min' })
  const token = await accounts.createToken({
    email: 'ADMIN@example.edu',
    name: 'x',
    expiresAt: clock.now + DAY,
  })
  t.match(token, /^pb_[\w-]{43}$/)
  const principal = await accounts.authenticate(token)
  t.match(principal, { email: 'admin@example.edu', firstName: 'Ad', role: 'admin' })
  t.strictSame([...principal!.scopes], ['read', 'export', 'import', 'admin'])
  t.equal(await accounts.authenticate(`${token}x`), undefined)
  t.equal(await accounts.authenticate(''), undefined)
  clock.now += DAY
  t.equal(await accounts.authenticate(token), undefined, 'expired')
  clock.now -= DAY
  t.not(await accounts.authenticate(token), undefined)
  const { id } = (await accounts.listTokens())[0]!
  t.equal(await accounts.revokeToken(id), true)
  t.equal(await accounts.revokeToken(id), false)
  t.equal(await accounts.authenticate(token), undefined, 'revoked')
})

t.test('the token itself is not stored', async (t) => {
  const { accounts, db } = await open(t)
  await accounts.add({ email: 'a@b.example', role: 'teacher' })
  const token = await accounts.createToken({ email: 'a@b.example', name: 'x' })
  t.notMatch(JSON.stringify(await db.reads.selectFrom('tokens').selectAll().execute()), token.slice(3))
})

t.test('scopes never go beyond the role', async (t) => {
  const { accounts } = await open(t)
  await accounts.add({ email: 't@b.example', role: 'teacher' })
  await t.rejects(
    accounts.createToken({ email: 't@b.example', name: 'x', scopes: ['admin'] }),
    /a teacher may not have admin/
  )
  const token = await accounts.createToken({ email: 't@b.example', name: 'x', scopes: ['read'] })
  t.strictSame([...(await accounts.authenticate(token))!.scopes], ['read'])
})

t.test('a teacher of a roster gets a token, later an account, in any case of the address', async (t) => {
  const { accounts } = await open(t)
  const token = await accounts.createToken({ email: 'tea.cher@example.edu', name: 'x' })
  t.match(await accounts.authenticate(token), { role: 'teacher', firstName: 'Tea', lastName: 'Cher' })
  const user = await accounts.add({ email: 'TEA.CHER@example.edu', role: 'admin', password: 'correct horse' })
  t.match(user, { role: 'admin', first_name: 'Tea', origin: 'account' })
  t.equal((await accounts.list()).length, 1)
  t.match(await accounts.authenticate(token), { role: 'admin' })
  await t.rejects(accounts.add({ email: 'tea.cher@example.edu', role: 'teacher' }), /already has an account/)
  await t.rejects(accounts.createToken({ email: 'nobody@example.edu', name: 'x' }), /There is no account/)
})

t.test('a course with only the email address of a teacher keeps the name from a roster', async (t) => {
  const { accounts, db } = await open(t)
  const teacher = (email: string, firstName: string | null = null, lastName: string | null = null) => {
    return { email, firstName, lastName }
  }
  await db.write((trx) =>
    insertCourse(trx, { sourceId: 'grades', teachers: [teacher('tea.cher@example.edu')] })
  )
  const token = await accounts.createToken({ email: 'tea.cher@example.edu', name: 'x' })
  t.match(await accounts.authenticate(token), { firstName: 'Tea', lastName: 'Cher' })
  await db.write(async (trx) => {
    await insertCourse(trx, { sourceId: 'newer', teachers: [teacher('TEA.cher@example.edu', null, 'Other')] })
    await insertCourse(trx, {
      sourceId: 'roster',
      teachers: [teacher('sam@example.edu', 'Sam', 'Quillfeather')],
    })
    await insertCourse(trx, {
      sourceId: 'bare',
      teachers: [teacher('una@example.edu'), teacher('sam@example.edu')],
    })
  })
  const tea = await accounts.add({ email: 'tea.cher@example.edu', role: 'teacher' })
  t.match(tea, { first_name: null, last_name: 'Other' }, 'the newest name')
  const una = await accounts.add({ email: 'una@example.edu', role: 'teacher' })
  t.match(una, { first_name: null, last_name: null, is_from_roster: 1 }, 'no course gives a name')
  const sam = { email: 'sam@example.edu', role: 'teacher' as const }
  await t.rejects(
    accounts.add({ ...sam, password: 'quillfeather' }),
    /made of your name/,
    "the rule about one's own name knows it"
  )
  t.match(await accounts.add(sam), { last_name: 'Quillfeather' })
})

t.test('a disabled user, and one whom the roster disables, cannot sign in', async (t) => {
  const { accounts, db } = await open(t)
  const token = await accounts.createToken({ email: 'tea.cher@example.edu', name: 'x' })
  await db.write((trx) => trx.updateTable('course_teachers').set({ is_enabled: 0 }).execute())
  t.equal(await accounts.authenticate(token), undefined)
  await db.write((trx) => trx.updateTable('course_teachers').set({ is_enabled: 1 }).execute())
  t.not(await accounts.authenticate(token), undefined)
  await disableUser(accounts, 'tea.cher@example.edu')
  t.equal(await accounts.authenticate(token), undefined)
  await t.rejects(accounts.createToken({ email: 'tea.cher@example.edu', name: 'x' }), /disabled/)
  await t.rejects(accounts.disable(999), { code: 'USER_NOT_FOUND' })
})

t.test('what is not an email address is refused', async (t) => {
  const { accounts } = await open(t)
  for (
    const email of [
      '',
      'x',
      'a b@c',
      '@x',
      'x@',
      'a@b@c',
      'a\u001b[31m@b',
      '\u202ea@b',
      'a\0@b',
      `a@${'b'.repeat(300)}`,
    ]
  ) {
    await t.rejects(
      accounts.add({ email, role: 'teacher' }),
      /is not an email address/,
      JSON.stringify(email)
    )
  }
})

t.test('names of accounts and tokens are short and printable', async (t) => {
  const { accounts } = await open(t)
  const account = { email: 'new@example.edu', role: 'teacher' } as const
  await t.rejects(
    accounts.add({ ...account, firstName: 'x'.repeat(1001) }),
    /^first_name: has more than 1000 characters/
  )
  await t.rejects(
    accounts.add({ ...account, lastName: '\u001b]0;x\u0007' }),
    /^last_name: has control characters/
  )
  await accounts.add({ ...account, firstName: 'x'.repeat(1000), lastName: '😀 O’Brien-Ñuñez' })
  await t.rejects(
    accounts.createToken({ email: account.email, name: 'x'.repeat(1001) }),
    /^name: has more than 1000 characters/
  )
  await t.rejects(
    accounts.createToken({ email: account.email, name: 'a\u202eb' }),
    /^name: has control characters/
  )
})

t.test('passwords: only the right one, in whatever form its characters came', async (t) => {
  const hash = await hashPassword('correct hörse')
  t.match(hash, /^scrypt\$32768\$8\$3\$/)
  t.not(hash, await hashPassword('correct hörse'), 'salted')
  t.equal(await verifyPassword('correct hörse', hash), true)
  t.equal(await verifyPassword('correct ho\u0308rse', hash), true)
  t.equal(await verifyPassword('correct horse', hash), false)
  t.equal(await verifyPassword('x', 'plain'), false)
})
