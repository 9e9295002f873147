import type { ExportFormat } from './export-format.ts'

export const moodle: ExportFormat = {
  name: 'moodle',
  description: 'a table of points for the import of Moodle (CSV)',
  label: 'Moodle',
  extension: 'csv',
  contentType: 'text/csv; charset=utf-8',
  options: ['identity'],
  // Moodle finds students by their ids.
  identities: ['names', 'ids'],
}
