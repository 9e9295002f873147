import type { ExportFormat } from './export-format.ts'

export const pdf: ExportFormat = {
  name: 'pdf',
  description: 'one report for each student, in one PDF or in a zip',
  label: 'Reports',
  extension: ({ split }) => split ? 'zip' : 'pdf',
  contentType: ({ split }) => split ? 'application/zip' : 'application/pdf',
  options: ['language', 'identity', 'split', 'class_average'],
  identities: ['names', 'ids', 'pseudonyms'],
}
