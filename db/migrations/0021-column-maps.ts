// Column maps that are remembered for courses, and what an import keeps of them so that it can be undone.
const columnMaps = (id: string, strict: string) => [
  `CREATE TABLE column_maps (
    course_id ${id} NOT NULL REFERENCES courses ON DELETE CASCADE,
    header_hash TEXT NOT NULL,
    map TEXT NOT NULL,
    at ${id} NOT NULL,
    PRIMARY KEY (course_id, header_hash)
  )${strict}`,
  // Without a map: the import added it.
  `CREATE TABLE undo_column_maps (
    import_id ${id} NOT NULL REFERENCES undo_imports ON DELETE CASCADE,
    course_id ${id} NOT NULL,
    header_hash TEXT NOT NULL,
    map TEXT,
    at ${id},
    PRIMARY KEY (import_id, course_id, header_hash)
  )${strict}`,
]

export const COLUMN_MAPS = columnMaps('INTEGER', ' STRICT')
export const COLUMN_MAPS_POSTGRES = columnMaps('BIGINT', '')
