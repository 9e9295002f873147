import type { SystemMap } from './system-map.ts'

/** Schoology, the export of a grade book: the points possible are in the header or in a row below it. */
export const SCHOOLOGY: SystemMap = {
  system: 'schoology',
  isIt: (names) => names.some((name) => name === 'unique user id' || /\(max points: [^)]*\)$/.test(name)),
  people: {
    'first name': 'identity_first_name',
    'last name': 'identity_last_name',
    name: 'identity_name',
    'student name': 'identity_name',
    'unique user id': 'identity_student_id',
    'unique id': 'identity_student_id',
    username: 'identity_login',
    email: 'identity_email',
    section: 'identity_period',
    'section name': 'identity_period',
    'user id': 'left_out',
    'preferred name': 'left_out',
    'section code': 'left_out',
    'section school code': 'left_out',
    'course name': 'left_out',
    'course code': 'left_out',
  },
  ids: ['identity_student_id', 'identity_login', 'identity_email'],
  leftOut: [
    { header: /^\(?(overall|final|total)\b/i, reason: 'total' },
    { header: /(^| |\()(overall|final grade|letter grade)\)?$/i, reason: 'total' },
    { header: / - (comment|comments|exception|letter|letter grade)$/i, reason: 'feedback' },
  ],
  companions: [
    { header: /^(?<title>.*\S) - max(imum)? points$/is, use: 'maximum' },
  ],
  tasks: [
    { header: /^(?<title>.*\S)\s*\((?<details>[^()]*max points:[^()]*)\)$/is },
    { header: /^(?<title>.*\S) - max(imum)? points:? (?<points>[\d.,]+)$/is },
    { header: /^(?<title>.*\S)$/s, needsCompanion: true },
  ],
  words: {
    excused: 'exempt',
    ex: 'exempt',
    missing: 'missing',
    incomplete: 'in_progress',
    'needs grading': 'submitted',
    submitted: 'submitted',
    'n/a': null,
    'not graded': null,
  },
  alsoExpected: '"Excused", "Missing", "Incomplete" or a blank cell',
  howToExport: 'in the course, Gradebook, the menu with three dots, "Export"',
}
