import type { Database } from '../../../db/index.ts'
import * as accountStateQueries from '../../../db/queries/account-state.ts'
import * as accountQueries from '../../../db/queries/accounts.ts'
import * as auditNameQueries from '../../../db/queries/audit-names.ts'
import * as auditQueries from '../../../db/queries/audit.ts'
import * as teacherQueries from '../../../db/queries/course-teachers.ts'
import * as courseQueries from '../../../db/queries/courses.ts'
import * as erasedQueries from '../../../db/queries/erased-people.ts'
import { insertJob, insertRequest } from '../../../db/queries/jobs.ts'
import * as linkQueries from '../../../db/queries/password-links.ts'
import * as peopleQueries from '../../../db/queries/people.ts'
import * as rosterQueries from '../../../db/queries/roster-records.ts'
import * as sessionQueries from '../../../db/queries/sessions.ts'
import * as setupQueries from '../../../db/queries/setup.ts'
import * as networkQueries from '../../../db/queries/sign-in-networks.ts'
import { insertCourse } from '../../support/book-database.ts'
import * as studentQueries from '../../../db/queries/students.ts'
import type { Recorded } from './recorder.ts'

const NOW = 1_427_889_600_000
/** They sort by their bytes. Some differ in case only, or hold what LIKE takes for a pattern. */
const EMAILS = [
  'jo@example.edu', 'Ann_%@example.edu', 'ÄRGER@example.edu', 'b\\c@example.edu', '𝒜@example.edu',
]

export async function callAboutPeople (db: Database, recorded: Recorded): Promise<void> {
  await fill(db)
  await callAboutAccounts(db, recorded)
  await callAboutSessions(db, recorded)
  await callAboutRosters(db, recorded)
}

/** Kind, source id, parent, other, body. */
type RosterRow = [string, string, string | null, string | null, unknown[]]

/** Two courses of a roster and one of another kind, with the same people. */
async function fill (db: Database): Promise<void> {
  await db.write(async (trx) => {
    for (const name of ['Physics', 'Äsop', 'Own']) {
      await insertCourse(trx, {
        name,
        periods: ['1st', '2nd'],
        tasks: [{ title: 'HW' }, { title: 'Test' }],
        teachers: EMAILS.map((email, i) => (
          { email: i === 4 ? null : email, lastName: i === 1 ? 'Ü' : null }
        )),
        students: EMAILS.map((email, i) => (
          { lastName: 'Ames', email, identifier: `ID ${i}`, cells: [i] }
        )),
      })
    }
    await trx.updateTable('courses').set({ grouping: 'g' }).where('name', '!=', 'Own').execute()
    await trx.updateTable('course_teachers').set({ is_enabled: 0 })
      .where('source_id', '=', 'teacher1').execute()
    // Each course has its own classes.
    for (const id of [1, 2, 3]) {
      await trx.updateTable('periods').set((eb) => ({
        source_id: eb(eb.cast<string>(eb.val(`class ${id} `), 'text'), '||', eb.ref('source_id')),
      })).where('course_id', '=', id).execute()
    }
    const records: RosterRow[] = [
      ['org', 'school', null, null, []], ['session', 'term', null, null, []],
      ['session', 'other', null, null, []],
      ['course', 'c1', null, 'school', []], ['course', 'c2', null, 'school', []],
      ['class', 'class 1 p0', 'c1', 'school', ['x', ['term']]],
      ['class', 'class 1 p1', 'c1', null, ['x', ['term', 'other']]],
      ['class', 'class 2 p0', 'c2', 'school', ['x', ['other']]],
      ['category', 'cat1', null, null, []], ['category', 'cat2', null, null, []],
      ['lineItem', 'l1', 'class 1 p0', 'cat1', []], ['lineItem', 'l2', 'class 2 p0', 'cat2', []],
      ...EMAILS.flatMap((email, i): RosterRow[] => [
        ['user', `s${i}`, null, null, [1, null, 'Ames', `ID ${i}`, email]],
        ['enrollment', `e${i}`, i % 2 === 0 ? 'class 1 p0' : 'class 2 p0', `s${i}`, []],
      ]),
      ['user', 'teacher1', null, null, [0, null, null, null, null]],
    ]
    await trx.insertInto('roster_records').values(records.map(([kind, sourceId, parent, other, body]) => ({
      kind, source_id: sourceId, parent, other, body: JSON.stringify(body),
    }))).execute()
    const [task] = await trx.selectFrom('tasks').select('id').limit(1).execute()
    for (const number of [3, 1]) {
      await trx.insertInto('task_sources').values({
        course_id: 1, source_id: `l${number}`, task_id: task?.id ?? 1, minimum: 0.1, number,
      }).execute()
    }
    await trx.insertInto('student_result_origins')
      .values({ student_id: 1, origins: Buffer.from([0, 255, 1]), ids: Buffer.from([4, 114]) }).execute()
  })
}

async function callAboutAccounts (db: Database, recorded: Recorded): Promise<void> {
  const accounts = recorded(accountQueries)
  const state = recorded(accountStateQueries)
  const teachers = recorded(teacherQueries)
  const { insertAuditEntry, listAuditEntries } = recorded(auditQueries)
  const { reads } = db
  await db.write(async (trx) => {
    for (const [i, email] of [...EMAILS, 'Z@example.edu'].entries()) {
      const key = accountQueries.emailKey(email)
      await accounts.lockEmail(trx, key)
      await accounts.insertUser(trx, {
        email, email_key: key, role: i === 5 ? 'admin' : 'teacher', first_name: null,
        last_name: i === 2 ? 'Ä' : '',
        password_hash: null, origin: 'account', disabled_at: i === 3 ? NOW : null, created_at: NOW + i,
      })
      await accounts.insertToken(trx, {
        user_id: i + 1, name: 'Ü', hash: `t${i}`, scopes: i === 0 ? '["read"]' : null, created_at: NOW,
        last_used_at: null, expires_at: i === 1 ? 2 ** 52 : null, revoked_at: null,
      })
      await insertAuditEntry(trx, {
        at: NOW + i, action: i % 2 === 0 ? 'a' : 'ä', outcome: 'done',
        actor_id: i === 4 ? 99 : i === 5 ? null : i,
        via: 'session', address: null, subject: `user ${i}${i % 2 === 0 ? '' : ', token 3'}`, count: i + 1,
      })
    }
    await accounts.lockUser(trx, 1)
    await accounts.updateUser(trx, 1, { last_sign_in_at: NOW, roster_disabled_by: 'teacher1' })
    for (const at of [NOW, NOW + 1]) await accounts.revokeToken(trx, 2, at)
  })
  for (const email of [...EMAILS, 'none', '']) {
    const key = accountQueries.emailKey(email)
    await accounts.findUser(reads, key)
    await accounts.rosterTeacher(reads, key)
    for (const course of [1, 2, 99]) await teachers.teaches(reads, key, course)
    await state.isDisabledTeacher(reads, key)
    await state.disablingCourses(reads, key)
  }
  await callAboutTeachers(db, recorded)
  await state.disablingCourses(reads)
  for (const id of [1, 2 ** 52]) await accounts.findUserById(reads, id)
  for (const hash of ['t1', 'none']) await accounts.findToken(reads, hash)
  await accounts.listUsers(reads)
  await accounts.listTokens(reads)
  for (const id of [1, 2, 99]) await accounts.tokensOfUser(reads, id)
  await callAboutSetup(db, recorded)
  for (const filter of [
    { limit: 3 }, { limit: 100, before: 4 }, { limit: 100, action: 'ä' }, { limit: 100, actorId: 99 },
    { limit: 100, from: NOW + 1, to: NOW + 3 },
  ]) await listAuditEntries(reads, filter)
  const { auditNames } = recorded(auditNameQueries)
  const none = { courses: [], users: [], files: [], addresses: [], exports: [], jobs: [], imports: [] }
  for (const subjects of [none, {
    courses: [1, 99], users: [1, 2, 99], files: [1, 99], addresses: ['000000', 'ffffff'], exports: [1, 99],
    jobs: [1, 99], imports: [1, 99],
  }]) await auditNames(reads, subjects)
  await db.write(async (trx) => {
    const user = await accounts.findUserById(trx, 2)
    if (user !== undefined) await state.enableInRosters(trx, user)
  })
  await state.disablingCourses(reads)
}

/** Users 1 and 2 are in the roster of each course; user 6 is not. */
async function callAboutTeachers (db: Database, recorded: Recorded): Promise<void> {
  const teachers = recorded(teacherQueries)
  const courses = recorded(courseQueries)
  const { reads } = db
  const look = async () => {
    await teachers.listTeachers(reads, 1)
    await teachers.listTeachersOf(reads)
    for (const ids of [[], [1, 6], [2 ** 52]]) await teachers.coursesByHand(reads, ids)
    for (const email of [...EMAILS, 'z@example.edu', 'none']) {
      const key = accountQueries.emailKey(email)
      for (const id of [1, 2, 99]) await teachers.teaches(reads, key, id)
      await courses.listCourses(reads, { teacherKey: key, today: () => '2015-04-01' })
    }
  }
  await look()
  for (const [userId, isRemoved] of [[6, false], [1, true], [2, false], [3, true]] as const) {
    await db.write((trx) => teachers.setTeacherByHand(trx, { courseId: 1, userId, isRemoved }))
  }
  await db.write((trx) => teachers.setTeacherByHand(trx, { courseId: 2, userId: 6, isRemoved: false }))
  await look()
  await db.write(async (trx) => {
    for (const user of [1, 6, 99]) await teachers.teacherByHand(trx, 1, user)
    for (const key of ['jo@example.edu', 'z@example.edu']) await teachers.rosterTeacherOf(trx, key, 1)
    await teachers.setTeacherByHand(trx, { courseId: 1, userId: 1, isRemoved: null })
    for (const source of ['t-2', 'none']) {
      await teachers.isSourceRemoved(trx, 1, source)
      await teachers.setTeacherByHand(trx, { courseId: 2, userId: 1, isRemoved: true, sourceId: source })
      await teachers.restoreSource(trx, 2, source)
    }
    await teachers.setTeacherByHand(trx, { courseId: 1, userId: 6, isRemoved: true })
  })
  await look()
}

async function callAboutSetup (db: Database, recorded: Recorded): Promise<void> {
  const setup = recorded(setupQueries)
  for (const options of [undefined, { mayEnter: true }]) await setup.countAdministrators(db.reads, options)
  await setup.findSetupLink(db.reads, 0)
  for (
    const change of [
      { link_hash: 'a', link_expires_at: NOW }, { school: 'Ä' }, { link_hash: null, link_expires_at: null },
    ]
  ) {
    await db.write(async (trx) => {
      await setup.lockAdministrators(trx)
      await setup.updateSetup(trx, change)
    })
    for (const at of [NOW - 1, NOW]) await setup.findSetupLink(db.reads, at)
    await db.reads.selectFrom('setup').selectAll().execute()
  }
}

async function callAboutSessions (db: Database, recorded: Recorded): Promise<void> {
  const sessions = recorded(sessionQueries)
  const links = recorded(linkQueries)
  const networks = recorded(networkQueries)
  const { noteTokenUse } = recorded(accountQueries)
  await db.write(async (trx) => {
    for (let i = 0; i < 6; i++) {
      await sessions.insertSession(trx, {
        user_id: 1 + i % 2, hash: `s${i}`, address: null, user_agent: i === 0 ? 'Ä' : null,
        created_at: NOW + i,
        last_used_at: NOW + 10 - i, ended_at: null,
      })
      await links.insertLink(trx, {
        user_id: 1 + i % 2, hash: `l${i}`, created_at: NOW, expires_at: NOW + i, ended_at: null,
      })
      await networks.noteSignInNetwork(trx, { userId: 1, network: `10.${i}`, at: NOW + i, most: 3 })
    }
    await networks.noteSignInNetwork(trx, { userId: 1, network: '10.4', at: NOW + 20, most: 3 })
    await sessions.noteSessionUse(trx, { id: 1, at: NOW + 30, since: NOW + 20 })
    await sessions.noteSessionUse(trx, { id: 2, at: NOW + 30, since: NOW })
    await noteTokenUse(trx, { id: 1, at: NOW + 5, since: NOW })
    for (let i = 0; i < 2; i++) await sessions.endSession(trx, 3, NOW + i)
    await sessions.endSessionByHash(trx, 's3', NOW)
    await sessions.endSessionByHash(trx, 'none', NOW)
  })
  for (const hash of ['s0', 's3', 'none']) await sessions.findSession(db.reads, hash)
  for (const id of [1, 99]) await sessions.findSessionById(db.reads, id)
  for (const limits of [
    { createdAfter: 0, usedAfter: 0 }, { createdAfter: NOW + 1, usedAfter: NOW + 6 },
    { createdAfter: 0, usedAfter: 0, userId: 1 },
  ]) await sessions.listSessions(db.reads, limits)
  for (const at of [NOW, NOW + 3]) await links.findLink(db.reads, 'l3', at)
  for (const network of ['10.4', '10.1', 'x']) {
    await networks.hasSignedInFrom(db.reads, { userId: 1, network, since: NOW + 5 })
  }
  await db.write(async (trx) => {
    await sessions.endOtherSessions(trx, { userId: 2, sessionId: 2, at: NOW + 39 })
    await sessions.endSessionsOfUser(trx, 1, NOW + 40)
    await links.endLinksOfUser(trx, 2, NOW + 40)
  })
  await sessions.listSessions(db.reads, { createdAfter: 0, usedAfter: 0 })
  await links.findLink(db.reads, 'l3', NOW)
}

async function callAboutRosters (db: Database, recorded: Recorded): Promise<void> {
  await recorded(studentQueries).studentNames(db.reads, 1, [1, 2, 7])
  const people = recorded(peopleQueries)
  const erased = recorded(erasedQueries)
  const rosters = recorded(rosterQueries)
  const { reads } = db
  await db.write(async (trx) => {
    await insertJob(trx, {
      kind: 'x', key: 'x', unique_key: null, state: 'queued', owner_type: null, owner_id: null, payload: '{}',
      run_after: 0, created_at: NOW,
    })
    await insertRequest(trx, { job_id: 1, user_id: 1, requested_at: NOW, withdrawn_at: null })
  })
  for (const text of [
    ...EMAILS, ...EMAILS.map((email) => email.toUpperCase()), 's1', 'ID 2', '%', '_', '\\', '',
  ]) {
    await people.matchingSourceIds(reads, text)
  }
  await people.identifiersOfAll(reads)
  await people.rosterUsers(reads)
  for (const id of ['s1', 'teacher1', 'none']) {
    await people.studentsBySource(reads, id)
    await people.teachersBySource(reads, id)
    await people.rosterRecordsOf(reads, id)
  }
  for (const id of [1, 2, 99]) {
    await rosters.listClasses(reads, id)
    await rosters.listLineItems(reads, id)
    await rosters.findOrigins(reads, [id, 2])
  }
  for (const kind of ['user', 'category', 'lineItem'] as const) {
    for (const ids of [[], ['s1', 'k1', 'none']]) await rosters.findRecords(reads, kind, ids)
  }
  for (const after of [0, 3, 2 ** 52]) await people.studentTraits(reads, { after, limit: 4 })
  await people.usersByKeys(reads, [])
  await people.usersByKeys(reads, EMAILS.map(accountQueries.emailKey))
  for (const id of [1, 2, 2 ** 52]) await people.resultOrigins(reads, id)
  for (const id of [1, 2]) await people.lineItemsByNumber(reads, id)
  for (const ids of [[], [1, 2], [99]]) {
    await people.tokensOfUsers(reads, ids)
    await people.sessionsOfUsers(reads, ids)
    await people.networksOfUsers(reads, ids)
    await people.linksOfUsers(reads, ids)
    await people.requestsOfUsers(reads, ids)
    await people.auditOfUsers(reads, ids)
  }
  await erased.erasureSecret(reads)
  await db.write(async (trx) => {
    for (const secret of ['first', 'second']) await erased.ensureErasureSecret(trx, secret)
    await erased.insertErased(trx, [], NOW)
    await erased.insertErased(trx, ['a', 'b'], NOW)
    await erased.insertErased(trx, ['b', 'c'], NOW + 1)
  })
  await erased.erasureSecret(reads)
  for (const hashes of [[], ['a'], ['a', 'b'], ['x']]) await erased.erasedAt(reads, hashes)
  await db.write(async (trx) => {
    for (const id of [2, 2, 99]) await people.deleteStudent(trx, id)
    await people.deleteRosterRecords(trx, await people.rosterRecordsOf(trx, 's1'))
    await people.deleteRosterRecords(trx, [])
    await people.deleteUser(trx, 1)
  })
  for (const courseId of [3, 1, 99, 2]) {
    await db.write(async (trx) => {
      await rosters.deleteRosterOfCourse(trx, courseId)
      await trx.deleteFrom('courses').where('id', '=', courseId).execute()
    })
    await people.rosterUsers(reads)
    await people.rosterRecordsOf(reads, 's2')
  }
}
