import type { ExportFormat } from './export-format.ts'

export const canvas: ExportFormat = {
  name: 'canvas',
  description: 'a table of points for the import of Canvas (CSV)',
  label: 'Canvas',
  extension: 'csv',
  contentType: 'text/csv; charset=utf-8',
  options: ['identity'],
  // Canvas finds students by their ids.
  identities: ['names', 'ids'],
}
