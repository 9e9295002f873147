import Type, { type Static } from 'typebox'
import { FORMAT_NAMES, IDENTITIES } from './export-names.ts'

/** The body of an export request. Options that are left out have their default. */
export const exportOptionsSchema = Type.Object({
  format: Type.Optional(
    Type.Enum(FORMAT_NAMES, {
      description: 'Of the file: `xlsx` (default), the workbook; `csv`, one table; `canvas`, `moodle`, ' +
        '`brightspace`, a table for that system; `oneroster`, a zip of changes for OneRoster; `pdf`, one ' +
        'report for each student. An option that the format does not have is refused.',
    })
  ),
  sheets: Type.Optional(
    Type.Enum(['course', 'period'], {
      description: '`xlsx`. `course` (default): one sheet for all students; ' +
        '`period`: one sheet for each period.',
    })
  ),
  values: Type.Optional(
    Type.Enum(['percent', 'points'], {
      description: '`xlsx`, `csv`. `percent` (default); `points`: tasks with points possible show points.',
    })
  ),
  include_dropped: Type.Optional(
    Type.Boolean({ description: 'Whether dropped students are included. Default: true.' })
  ),
  period_id: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Only the students of this period, and averages over them. Default: the whole course.',
    })
  ),
  language: Type.Optional(
    Type.Enum(['en', 'es'], {
      description: '`xlsx`, `csv`, `pdf`. Of labels, statuses and the legend: `en` (default), `es`.',
    })
  ),
  compare_with: Type.Optional(
    Type.Union([
      Type.Literal('last'),
      Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    ], {
      description: '`xlsx`. Adds the sheet `Changes`: what has changed since an export of the course, by ' +
        'its id; `last`: since the newest workbook at the time of the request.',
    })
  ),
  identity: Type.Optional(
    Type.Enum(IDENTITIES, {
      description: '`names` (default); `ids`: no names and no email addresses of anybody; `pseudonyms`: ' +
        'each student has a random name that stays the same in all files of the course, and the file has ' +
        'no teachers, no maker and no ids.',
    })
  ),
  separator: Type.Optional(
    Type.Enum([',', ';'], {
      description: '`csv`. Between cells: `,` (default); `;`: numbers have a decimal comma.',
    })
  ),
  guard: Type.Optional(
    Type.Boolean({
      description: "`csv`. Whether text that a spreadsheet could take for a formula gets a leading `'`. " +
        'Default: true.',
    })
  ),
  oneroster_version: Type.Optional(
    Type.Enum(['1.2', '1.1'], {
      description: '`oneroster`. `1.2` (default); `1.1`, which has no late work and no weights.',
    })
  ),
  split: Type.Optional(
    Type.Boolean({ description: '`pdf`. A zip with one PDF for each student. Default: false.' })
  ),
  class_average: Type.Optional(
    Type.Boolean({
      description: '`pdf`. Averages of the class next to those of the student. Default: false.',
    })
  ),
}, { additionalProperties: false })

/** Options as a request has them. */
export type ExportOptionsGiven = Static<typeof exportOptionsSchema>
