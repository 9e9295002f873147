/** A system whose tables are described by a `TableFormat`. */
export type TableSystem = 'brightspace' | 'blackboard' | 'google-classroom' | MappedSystem

/** A system whose column map ships with the program. */
export type MappedSystem = 'schoology' | 'gradescope' | 'sakai' | 'edx'

/** A system that grade books come from. The database has these names. */
export type GradeBookFormat = 'canvas' | 'moodle' | 'spreadsheet' | TableSystem
