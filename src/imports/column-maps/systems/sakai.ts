import type { SystemMap } from './system-map.ts'

const FIRST = ['student id', 'student name', 'name', 'student number']

/** Sakai, the export of the Gradebook: "Essay [10]", beside it a column of comments. */
export const SAKAI: SystemMap = {
  system: 'sakai',
  isIt: ([first = '', ...others]) => FIRST.includes(first) &&
    others.some((name) => /\S \[\d+([.,]\d+)?\]$/.test(name)),
  people: {
    'student id': 'identity_student_id',
    'student number': 'left_out',
    'student name': 'identity_name',
    name: 'identity_name',
    section: 'identity_period',
    sections: 'identity_period',
  },
  ids: ['identity_student_id'],
  leftOut: [
    { header: /^[*#]/, reason: 'feedback' },
    { header: /^(course|calculated|final|cumulative)\b.*(grade|score|points|average)/i, reason: 'total' },
    { header: /^(total|points earned)\b/i, reason: 'total' },
  ],
  companions: [],
  tasks: [{ header: /^(?<title>.*\S)\s*\[(?<points>\d+(?:[.,]\d+)?)\]$/s }],
  words: { 'n/a': null, excused: 'exempt', ex: 'exempt' },
  alsoExpected: '"Excused" or a blank cell',
  howToExport: 'in the site, Gradebook, Import/Export, "Export Gradebook"',
}
