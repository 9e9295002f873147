import { EDX } from './edx.ts'
import { GRADESCOPE } from './gradescope.ts'
import { SAKAI } from './sakai.ts'
import { SCHOOLOGY } from './schoology.ts'
import type { SystemMap } from './system-map.ts'

/** Every column map that ships with the program. The first whose marks fit counts. */
export const SYSTEM_MAPS: readonly SystemMap[] = [SCHOOLOGY, GRADESCOPE, EDX, SAKAI]
