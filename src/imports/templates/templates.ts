// A file of each format with two example students, to fill in or to compare an export with.
import { buffer } from 'node:stream/consumers'
import yazl from 'yazl'
import type { ImportFormat } from '../import-options.ts'
import {
  CLEVER_TEMPLATE, ONE_ROSTER_TEMPLATE, SDS_TEMPLATE, type TemplateFiles,
} from './roster-templates.ts'

/** A file as it is downloaded. */
export interface ImportTemplate {
  filename: string
  contentType: string
  bytes: Buffer
}

const DOCUMENT = {
  format: 'performance-book/1',
  course: { source_id: 'physics-1', name: 'Physics I', time_zone: 'America/Chicago' },
  teachers: [{ email: 'mayer@school.example', first_name: 'Maria', last_name: 'Mayer' }],
  periods: [{ source_id: 'p1', name: '1st' }],
  categories: [{ source_id: 'hw', name: 'Homework', weight: 1 }],
  tasks: [{
    source_id: 'hw-1', title: 'HW 1', type: 'homework', category: 'hw', due_at: '2027-02-01',
    points_possible: 10,
  }],
  students: [
    {
      source_id: 's1', first_name: 'Ann', last_name: 'Lee', student_identifier: '0042',
      email: 'ann@school.example', period: 'p1',
    },
    {
      source_id: 's2', first_name: 'Bob', last_name: 'Poe', student_identifier: '0043',
      email: 'bob@school.example', period: 'p1',
    },
  ],
  results: [
    { student: 's1', task: 'hw-1', points: 7.5 },
    { student: 's2', task: 'hw-1', status: 'missing' },
  ],
}

/** The text of a grade book, or the files of a roster. */
const TEMPLATES: Readonly<Record<ImportFormat, string | TemplateFiles>> = {
  oneroster: ONE_ROSTER_TEMPLATE,
  'performance-book': `${JSON.stringify(DOCUMENT, null, 2)}\n`,
  canvas: `Student,ID,SIS User ID,SIS Login ID,Section,HW 1 (501)
Points Possible,,,,,10
"Lee, Ann",101,0042,ann@school.example,1st period,7.5
"Poe, Bob",102,0043,bob@school.example,1st period,EX
`,
  moodle: `First name,Last name,ID number,Email address,Assignment: HW 1 (Percentage)
Ann,Lee,0042,ann@school.example,75.00 %
Bob,Poe,0043,bob@school.example,-
`,
  brightspace: 'OrgDefinedId,Username,Last Name,First Name,Email,' +
    `HW 1 Points Grade <Numeric MaxPoints:10>,End-of-Line Indicator
#0042,#ann,Lee,Ann,ann@school.example,7.5,#
#0043,#bob,Poe,Bob,bob@school.example,,#
`,
  blackboard: `Last Name,First Name,Username,Student ID,HW 1 [Total Pts: 10 Score] |101
Lee,Ann,ann,0042,7.5
Poe,Bob,bob,0043,Needs Grading
`,
  'google-classroom': `Last Name,First Name,Email Address,HW 1
Date,,,2027-02-01
Points,,,10
Lee,Ann,ann@school.example,7.5
Poe,Bob,bob@school.example,Excused
`,
  schoology: `First Name,Last Name,Unique User ID,HW 1 (Max Points: 10)
Ann,Lee,0042,7.5
Bob,Poe,0043,Excused
`,
  gradescope: `First Name,Last Name,SID,Email,HW 1,HW 1 - Max Points
Ann,Lee,0042,ann@school.example,7.5,10
Bob,Poe,0043,bob@school.example,8,10
`,
  sakai: `Student ID,Name,HW 1 [10]
0042,"Lee, Ann",7.5
0043,"Poe, Bob",8
`,
  edx: `Student ID,Email,Username,Grade,HW 1,Enrollment Track
1,ann@school.example,ann,0.75,0.75,audit
2,bob@school.example,bob,0.8,0.8,audit
`,
  spreadsheet: `Student ID,Last name,First name,Email,HW 1
0042,Lee,Ann,ann@school.example,75%
0043,Poe,Bob,bob@school.example,80%
`,
  sds: SDS_TEMPLATE,
  clever: CLEVER_TEMPLATE,
}

/** The template of a format, with the name of its file. Rosters have several files and are zips. */
export async function importTemplate (format: ImportFormat): Promise<ImportTemplate> {
  const template = TEMPLATES[format]
  if (typeof template !== 'string') {
    return { filename: `${format}.zip`, contentType: 'application/zip', bytes: await zipped(template) }
  }
  return format === 'performance-book'
    ? { filename: `${format}.json`, contentType: 'application/json', bytes: Buffer.from(template) }
    : { filename: `${format}.csv`, contentType: 'text/csv; charset=utf-8', bytes: Buffer.from(template) }
}

/** The same files always give the same bytes. */
async function zipped (files: TemplateFiles): Promise<Buffer> {
  const zip = new yazl.ZipFile()
  for (const [name, text] of Object.entries(files)) {
    zip.addBuffer(Buffer.from(text), name, { mtime: new Date('2026-01-01T00:00:00Z') })
  }
  zip.end({ comment: '', forceZip64Format: false })
  return await buffer(zip.outputStream)
}
