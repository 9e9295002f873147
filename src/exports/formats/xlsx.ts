import type { ExportFormat } from './export-format.ts'

export const xlsx: ExportFormat = {
  name: 'xlsx',
  description: 'the workbook: an Excel file with live averages',
  label: 'Performance',
  extension: 'xlsx',
  contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  options: ['sheets', 'values', 'language', 'compare_with', 'identity'],
  identities: ['names', 'ids', 'pseudonyms'],
}
