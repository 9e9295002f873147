import type { SystemMap } from './system-map.ts'

/** Open edX, the grade report of a course: scores are fractions from 0 to 1. */
export const EDX: SystemMap = {
  system: 'edx',
  isIt: (names) => names.includes('enrollment track') ||
    (names.includes('verification status') && names.includes('certificate eligible')),
  people: {
    'student id': 'identity_system_id',
    id: 'identity_system_id',
    email: 'identity_email',
    username: 'identity_login',
    'first name': 'identity_first_name',
    'last name': 'identity_last_name',
    name: 'identity_name',
    'full name': 'identity_name',
    'student key': 'identity_student_id',
    'external user key': 'identity_student_id',
    'cohort name': 'identity_period',
  },
  ids: ['identity_student_id', 'identity_login', 'identity_system_id', 'identity_email'],
  leftOut: [
    { header: /\(avg\)$/i, reason: 'total' },
    { header: /^(grade|grade percent|letter grade|total)$/i, reason: 'total' },
    { header: /^(enrollment track|verification status|enrollment status|team name)$/i, reason: 'not_used' },
    { header: /^(certificate (eligible|delivered|type)|experiment group.*|course id)$/i, reason: 'not_used' },
  ],
  companions: [],
  tasks: [{ header: /^(?<title>.*\S)$/s, pointsPossible: 1 }],
  categories: /^(?<title>.*\S)\s*\(avg\)$/is,
  words: { 'not attempted': 'not_started', 'not available': null, 'not accessible': null, 'n/a': null },
  alsoExpected: '"Not Attempted" or a blank cell',
  howToExport: 'in the course, Instructor, Data Download, "Generate Grade Report"',
}
