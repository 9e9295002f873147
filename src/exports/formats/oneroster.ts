import { listClasses } from '../../../db/queries/roster-records.ts'
import { DomainError } from '../../errors.ts'
import type { ExportFormat } from './export-format.ts'

export const oneroster: ExportFormat = {
  name: 'oneroster',
  description: 'a zip of categories, line items and results for OneRoster',
  label: 'OneRoster',
  extension: 'zip',
  contentType: 'application/zip',
  options: ['identity', 'oneroster_version'],
  // It has only ids in any case.
  identities: ['names', 'ids'],
  async assertPossible (db, courseId, period) {
    const classes = await listClasses(db, courseId)
    if (!classes.some(({ source_id: id }) => period === undefined || id === period)) throw withoutClasses()
  },
}

/** FORMAT_NOT_POSSIBLE: no class of the course came from OneRoster. */
export function withoutClasses (): DomainError {
  return new DomainError('FORMAT_NOT_POSSIBLE', {
    detail: 'The periods of the course have no class ids of OneRoster: it did not come from a roster.',
  })
}
