// Files of other systems that cannot be imported, by marks that only they have.
import type { ImportErrorName } from '../error-messages.ts'

export interface OtherSystem {
  /** What it is, and what to do instead. */
  error: ImportErrorName
  /** `names` in lower case. */
  isIt: (names: string[]) => boolean
}

const any = (pattern: RegExp) => (names: string[]) => names.some((name) => pattern.test(name))

export const OTHER_SYSTEMS: readonly OtherSystem[] = [
  {
    error: 'canvas_sis',
    isIt: isCanvasSis,
  },
]

function isCanvasSis (names: string[]): boolean {
  return !names.includes('sourcedid') && names.includes('status') &&
    any(/^(user_id|course_id|section_id|account_id|term_id)$/)(names)
}
