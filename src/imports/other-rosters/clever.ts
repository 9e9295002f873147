// The CSV files that schools send to Clever over SFTP. Only the current year is in them, and only people who
// are enrolled now.
import type { ClassBody, OrgBody, UserBody } from '../oneroster/roster-files.ts'
import type { RowReader } from '../oneroster/row-reader.ts'
import {
  enrollmentOf, placeOfSection, teacherId, type RosterSystem, type RosterTable,
} from './roster-tables.ts'

/** A section has up to ten teachers. */
const TEACHER_COLUMNS = ['Teacher_id', ...Array.from({ length: 9 }, (_, i) => `Teacher_${i + 2}_id`)]

const SCHOOLS: RosterTable = {
  name: 'schools',
  kinds: ['org'],
  isNeeded: false,
  required: ['School_id', 'School_name'],
  read (row) {
    const id = row.needed('School_id', 'an id')
    const body: OrgBody = [row.text('School_name')]
    return id === null ? [] : [{ kind: 'org', sourceId: id, parent: null, other: null, body }]
  },
}

const STUDENTS: RosterTable = {
  name: 'students',
  kinds: ['user'],
  isNeeded: true,
  required: ['Student_id'],
  read (row) {
    const id = row.needed('Student_id', 'an id')
    const body = userBody(row, { number: 'Student_number', email: 'Student_email' })
    return id === null ? [] : [{ kind: 'user', sourceId: id, parent: null, other: null, body }]
  },
}

const TEACHERS: RosterTable = {
  name: 'teachers',
  kinds: ['user'],
  isNeeded: false,
  required: ['Teacher_id'],
  read (row) {
    const id = row.needed('Teacher_id', 'an id')
    const body = userBody(row, { number: 'Teacher_number', email: 'Teacher_email' })
    return id === null ? [] : [{ kind: 'user', sourceId: teacherId(id), parent: null, other: null, body }]
  },
}

function userBody (row: RowReader, { number, email }: { number: string, email: string }): UserBody {
  return [
    1, row.text('First_name'), row.text('Last_name'), row.value(number), row.id(email), row.id('Username'),
  ]
}

const SECTIONS: RosterTable = {
  name: 'sections',
  kinds: ['class', 'course', 'session', 'enrollment'],
  isNeeded: true,
  required: ['Section_id'],
  read (row) {
    const id = row.needed('Section_id', 'an id')
    if (id === null) return []
    const school = row.id('School_id')
    const place = placeOfSection({
      school,
      term: {
        id: null,
        name: row.text('Term_name'),
        start: row.date('Term_start'),
        end: row.date('Term_end'),
      },
      course: { id: row.id('Course_number'), name: row.text('Course_name') },
    })
    const terms = place.term === null ? [] : [place.term]
    const title = row.text('Name')
    const code = row.value('Period') ?? row.value('Section_number')
    const body: ClassBody = title === null ? [null, terms, code] : [title, terms]
    const teachers = TEACHER_COLUMNS.flatMap((column) => row.id(column) ?? [])
    return [
      ...place.records,
      { kind: 'class', sourceId: id, parent: place.course, other: school, body },
      ...teachers.map((teacher) => enrollmentOf(id, teacherId(teacher), 'teacher')),
    ]
  },
}

const ENROLLMENTS: RosterTable = {
  name: 'enrollments',
  kinds: ['enrollment'],
  isNeeded: true,
  required: ['Section_id', 'Student_id'],
  read (row) {
    const [section, student] = [row.needed('Section_id', 'an id'), row.needed('Student_id', 'an id')]
    return section === null || student === null ? [] : [enrollmentOf(section, student, 'student')]
  },
}

export const CLEVER: RosterSystem = {
  name: 'a Clever roster',
  tables: [SCHOOLS, STUDENTS, TEACHERS, SECTIONS, ENROLLMENTS],
  unused: ['staff', 'admins', 'contacts'],
  columns: {
    classSourcedId: 'Section_id',
    userSourcedId: 'the id of the person',
    schoolSourcedId: 'School_id',
  },
  dates: 'mdy',
}
