import type { SystemMap } from './system-map.ts'

/**
 * Gradescope, "Download Grades" of a course (three columns beside each assignment) or of one assignment
 * (whose title is only in the name of the file).
 */
export const GRADESCOPE: SystemMap = {
  system: 'gradescope',
  isIt: (names) => names.some((name) => / - (max points|submission time|lateness \(h:m:s\))$/.test(name)) ||
    ['max points', 'submission time', 'lateness (h:m:s)'].every((name) => names.includes(name)),
  people: {
    'first name': 'identity_first_name',
    'last name': 'identity_last_name',
    name: 'identity_name',
    sid: 'identity_student_id',
    email: 'identity_email',
    sections: 'identity_period',
    section: 'identity_period',
    section_name: 'identity_period',
  },
  ids: ['identity_student_id', 'identity_email'],
  leftOut: [
    { header: /^total lateness/i, reason: 'not_used' },
    { header: /^(status|submission id|view count|submission count)$/i, reason: 'not_used' },
    { header: / - (status|submission id|view count|submission count)$/i, reason: 'not_used' },
  ],
  companions: [
    { header: /^(?:(?<title>.*\S) - )?max points$/is, use: 'maximum' },
    { header: /^(?:(?<title>.*\S) - )?submission time$/is, use: 'submitted' },
    { header: /^(?:(?<title>.*\S) - )?lateness \(h:m:s\)$/is, use: 'lateness' },
  ],
  tasks: [
    { header: /^total score$/i },
    { header: /^(?<title>.*\S)$/s, needsCompanion: true },
  ],
  words: { missing: 'missing', ungraded: 'submitted', 'n/a': null },
  alsoExpected: 'or a blank cell',
  howToExport: 'in the course, Assignments, "Download Grades", "Download CSV"',
}
