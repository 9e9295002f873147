// The CSV files of Microsoft School Data Sync, format v2.1. They look like those of OneRoster, but a class
// names its school and its sessions in other columns, and an enrollment has no id.
import type { ClassBody, UserBody } from '../oneroster/roster-files.ts'
import { ROSTER_FILES } from '../oneroster/roster-files.ts'
import type { RosterSystem, RosterTable } from './roster-tables.ts'

/** A file that School Data Sync has as OneRoster has it. */
function likeOneRoster (name: string): RosterTable {
  const file = ROSTER_FILES.find((one) => one.name === name)
  if (file === undefined) throw new Error(`OneRoster has no file ${name}.`)
  return {
    name,
    kinds: [file.kind],
    isNeeded: false,
    required: ['sourcedId', ...file.required],
    read (row) {
      const sourceId = row.needed('sourcedId')
      return sourceId === null ? [] : [{ kind: file.kind, sourceId, ...file.read(row) }]
    },
  }
}

const CLASSES: RosterTable = {
  name: 'classes',
  kinds: ['class'],
  isNeeded: true,
  required: ['sourcedId', 'title'],
  read (row) {
    const sourceId = row.needed('sourcedId')
    const title = row.text('title')
    const terms = row.ids('sessionSourcedIds')
    const body: ClassBody = title === null ? [null, terms, row.value('code')] : [title, terms]
    return sourceId === null
      ? []
      : [{
          kind: 'class',
          sourceId,
          // Most schools do not send courses. A class without one is a course of its own.
          parent: row.id('courseSourcedId'),
          other: row.id('orgSourcedId'),
          body,
        }]
  },
}

const USERS: RosterTable = {
  name: 'users',
  kinds: ['user'],
  isNeeded: true,
  required: ['sourcedId'],
  read (row) {
    const sourceId = row.needed('sourcedId')
    const username = row.id('username')
    const body: UserBody = [
      row.flag('enabledUser') === false ? 0 : 1,
      row.text('givenName'),
      row.text('familyName'),
      row.value('identifier'),
      row.id('email') ?? (username?.includes('@') === true ? username : null),
      username,
    ]
    return sourceId === null ? [] : [{ kind: 'user', sourceId, parent: null, other: null, body }]
  },
}

const ENROLLMENTS: RosterTable = {
  name: 'enrollments',
  kinds: ['enrollment'],
  isNeeded: true,
  required: ['classSourcedId', 'userSourcedId', 'role'],
  read (row) {
    const [parent, other] = [row.needed('classSourcedId'), row.needed('userSourcedId')]
    const role = row.word('role')
    if (role !== 'teacher' && role !== 'student') row.warn('unknown_role')
    if (parent === null || other === null) return []
    const sourceId = row.id('sourcedId') ?? `${parent}:${role}:${other}`
    return [{ kind: 'enrollment', sourceId, parent, other, body: [role, null, null], isShared: true }]
  },
}

export const SDS: RosterSystem = {
  name: 'a Microsoft School Data Sync roster (format v2.1)',
  tables: [
    likeOneRoster('orgs'), likeOneRoster('academicSessions'), likeOneRoster('courses'), CLASSES, USERS,
    ENROLLMENTS,
  ],
  unused: ['roles', 'demographics', 'userFlags', 'relationships'],
  columns: { schoolSourcedId: 'orgSourcedId', termSourcedIds: 'sessionSourcedIds' },
}
