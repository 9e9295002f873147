// The ids with which results were imported, packed by slot: see `db/packed-ids.ts`. Rows from before have
// none until the next import that has all results of the course. Programs of earlier versions write origins
// without ids, so an id counts only if it fits the key in the origins.
const resultIds = (bytes: string) => ['student_result_origins', 'undo_scores'].map((table) =>
  `ALTER TABLE ${table} ADD COLUMN ids ${bytes}`)

export const RESULT_IDS = resultIds('BLOB')
export const RESULT_IDS_POSTGRES = resultIds('BYTEA')
