import { deleteRosterRecords } from '../../db/queries/people.ts'
import type { PersonalData } from './store.ts'

/** The last imported roster, to which a delta refers: the user and their enrollments. */
export const ROSTER_DATA: PersonalData = {
  name: 'roster_records',
  columns: {
    'roster_records.kind': 'what the record is: a user or an enrollment',
    'roster_records.source_id': 'id of the user, or of the enrollment',
    'roster_records.parent': 'class of the enrollment',
    'roster_records.other': 'user of the enrollment',
    'roster_records.body':
      'name, identifier, email address and username of the user; role and dates of the enrollment',
  },
  read: async ({ records }) =>
    records.map(({ kind, source_id, parent, other, body }) => ({
      kind,
      source_id,
      parent,
      other,
      body: JSON.parse(body) as unknown,
    })),
  async erase (trx, { records }) {
    await deleteRosterRecords(trx, records)
    return { roster_records: records.length }
  },
}
