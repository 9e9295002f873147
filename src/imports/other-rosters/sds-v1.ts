// The CSV files of Microsoft School Data Sync, format v1.
import type { ClassBody, OrgBody, UserBody } from '../oneroster/roster-files.ts'
import type { RowReader } from '../oneroster/row-reader.ts'
import {
  enrollmentOf, placeOfSection, teacherId, type RosterSystem, type RosterTable,
} from './roster-tables.ts'

const SCHOOL: RosterTable = {
  name: 'School',
  kinds: ['org'],
  isNeeded: false,
  required: ['SIS ID', 'Name'],
  read (row) {
    const id = row.needed('SIS ID', 'an id')
    const body: OrgBody = [row.text('Name')]
    return id === null ? [] : [{ kind: 'org', sourceId: id, parent: null, other: null, body }]
  },
}

const SECTION: RosterTable = {
  name: 'Section',
  kinds: ['class', 'course', 'session'],
  isNeeded: true,
  required: ['SIS ID', 'Section Name'],
  read (row) {
    const id = row.needed('SIS ID', 'an id')
    if (id === null) return []
    const school = row.id('School SIS ID')
    const place = placeOfSection({
      school,
      term: {
        id: row.id('Term SIS ID'),
        name: row.text('Term Name'),
        start: row.date('Term StartDate'),
        end: row.date('Term EndDate'),
      },
      course: { id: row.id('Course SIS ID') ?? row.id('Course Number'), name: row.text('Course Name') },
    })
    const terms = place.term === null ? [] : [place.term]
    const title = row.text('Section Name')
    const body: ClassBody = title === null ? [null, terms, row.value('Section Number')] : [title, terms]
    return [...place.records, { kind: 'class', sourceId: id, parent: place.course, other: school, body }]
  },
}

/** Students and teachers. */
function people (name: string, number: string, idOf: (id: string) => string): RosterTable {
  return {
    name,
    kinds: ['user'],
    isNeeded: name === 'Student',
    required: ['SIS ID'],
    read (row) {
      const id = row.needed('SIS ID', 'an id')
      const body = userBody(row, number)
      return id === null ? [] : [{ kind: 'user', sourceId: idOf(id), parent: null, other: null, body }]
    },
  }
}

/** The user name is the address that people sign in with, often without its domain. */
function userBody (row: RowReader, number: string): UserBody {
  const username = row.id('Username')
  const isOut = ['inactive', 'deleted', 'disabled'].includes(row.word('Status'))
  const email = row.id('Email') ?? (username?.includes('@') === true ? username : null)
  return [
    isOut ? 0 : 1, row.text('First Name'), row.text('Last Name'), row.value(number), email, username,
  ]
}

function membersOf (
  name: string, role: 'student' | 'teacher', idOf: (id: string) => string
): RosterTable {
  return {
    name,
    kinds: ['enrollment'],
    isNeeded: role === 'student',
    required: ['Section SIS ID', 'SIS ID'],
    read (row) {
      const [section, person] = [row.needed('Section SIS ID', 'an id'), row.needed('SIS ID', 'an id')]
      return section === null || person === null ? [] : [enrollmentOf(section, idOf(person), role)]
    },
  }
}

export const SDS_V1: RosterSystem = {
  name: 'a Microsoft School Data Sync roster (format v1)',
  tables: [
    SCHOOL,
    SECTION,
    people('Student', 'Student Number', (id) => id),
    people('Teacher', 'Teacher Number', teacherId),
    membersOf('StudentEnrollment', 'student', (id) => id),
    membersOf('TeacherRoster', 'teacher', teacherId),
  ],
  unused: ['User', 'GuardianRelationship'],
  columns: { classSourcedId: 'Section SIS ID', userSourcedId: 'SIS ID', schoolSourcedId: 'School SIS ID' },
}
