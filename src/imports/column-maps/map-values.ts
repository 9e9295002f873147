// What a column map may say. Threads load this file, but not the schema of a map, which takes long.

/** What a column can be. */
export const MAP_USES = [
  'name', 'first_name', 'last_name', 'student_id', 'email', 'login', 'period', 'task', 'left_out',
] as const
export type MapUse = typeof MAP_USES[number]

/** What a mark among the scores, such as "X", can mean. `no_result`: as if the cell were blank. */
export const MARK_MEANINGS = [
  'missing', 'exempt', 'submitted', 'in_progress', 'completed', 'no_result',
] as const
export type MarkMeaning = typeof MARK_MEANINGS[number]

/** Most bytes of a map as JSON: it is part of a job's payload (`db/queries/stored-json.ts`). */
export const MAP_BYTES_MAX = 200 * 1024
/** The header is one of the first lines. */
export const HEADER_MAX = 100
