/** Names of the formats, which `formats/all-formats.ts` lists. */
export const FORMAT_NAMES = ['xlsx', 'csv', 'canvas', 'moodle', 'brightspace', 'oneroster', 'pdf'] as const
export type FormatName = typeof FORMAT_NAMES[number]

/** How a file names students. */
export const IDENTITIES = ['names', 'ids', 'pseudonyms'] as const
export type Identity = typeof IDENTITIES[number]
