/** A system whose tables are described by a `TableFormat`. */
export type TableSystem = 'brightspace' | 'blackboard' | 'google-classroom'

/** A system that grade books come from. The database has these names. */
export type GradeBookFormat = 'canvas' | 'moodle' | 'spreadsheet' | TableSystem
