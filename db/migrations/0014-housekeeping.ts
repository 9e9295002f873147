// The kind of job that removed expired files now removes everything that is old. Jobs of the former kind that
// wait, or that someone may retry, would never run under their old name.
export const HOUSEKEEPING = [
  `UPDATE jobs SET kind = 'housekeeping', "key" = 'housekeeping',
    unique_key = CASE WHEN unique_key IS NULL THEN NULL ELSE 'housekeeping' END
    WHERE kind = 'file-sweep'`,
]
