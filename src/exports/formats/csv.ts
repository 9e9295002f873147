import type { ExportFormat } from './export-format.ts'

export const csv: ExportFormat = {
  name: 'csv',
  description: 'one table as text (CSV)',
  label: 'CSV',
  extension: 'csv',
  contentType: 'text/csv; charset=utf-8',
  options: ['values', 'language', 'identity', 'separator', 'guard'],
  identities: ['names', 'ids', 'pseudonyms'],
}
