import type { ExportFormat } from './export-format.ts'

export const brightspace: ExportFormat = {
  name: 'brightspace',
  description: 'a table of points for the import of Brightspace (CSV)',
  label: 'Brightspace',
  extension: 'csv',
  contentType: 'text/csv; charset=utf-8',
  options: ['identity'],
  // Brightspace finds students by their ids.
  identities: ['names', 'ids'],
}
