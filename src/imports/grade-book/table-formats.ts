import { formatOfSystem } from '../column-maps/system-format.ts'
import { EDX } from '../column-maps/systems/edx.ts'
import { GRADESCOPE } from '../column-maps/systems/gradescope.ts'
import { SAKAI } from '../column-maps/systems/sakai.ts'
import { SCHOOLOGY } from '../column-maps/systems/schoology.ts'
import { BLACKBOARD } from './blackboard.ts'
import { BRIGHTSPACE } from './brightspace.ts'
import { GOOGLE_CLASSROOM } from './google-classroom.ts'
import type { TableSystem } from './grade-book-format.ts'
import type { TableFormat } from './table-layout.ts'

/** The formats that one reader reads by their descriptions. */
export const TABLE_FORMATS: Readonly<Record<TableSystem, TableFormat>> = {
  brightspace: BRIGHTSPACE,
  blackboard: BLACKBOARD,
  'google-classroom': GOOGLE_CLASSROOM,
  schoology: formatOfSystem(SCHOOLOGY),
  gradescope: formatOfSystem(GRADESCOPE),
  sakai: formatOfSystem(SAKAI),
  edx: formatOfSystem(EDX),
}
