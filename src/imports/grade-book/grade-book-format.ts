/** A system whose tables are described by a `TableFormat`. */
export type TableSystem = 'brightspace' | 'blackboard' | 'google-classroom' | MappedSystem

/** A system whose column map ships with the program. */
export type MappedSystem = 'schoology' | 'gradescope' | 'sakai' | 'edx'

/** A system whose files are recognized. */
export type SystemFormat = 'canvas' | 'moodle' | TableSystem

/** Where grade books come from. The database has these names. */
export type GradeBookFormat = SystemFormat | 'spreadsheet'
