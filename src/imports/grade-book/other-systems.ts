// Files of other systems that cannot be imported, by marks that only they have.

export interface OtherSystem {
  /** With its article: "a Canvas SIS import file". */
  name: string
  /** What to do instead. */
  advice: string
  /** `names` in lower case. */
  isIt: (names: string[]) => boolean
}

const any = (pattern: RegExp) => (names: string[]) => names.some((name) => pattern.test(name))

export const OTHER_SYSTEMS: readonly OtherSystem[] = [
  {
    name: 'a Canvas SIS import file',
    advice: 'such files bring people into Canvas and have no scores; ask your student information system ' +
      'for OneRoster CSV, or export the grade book in Canvas: Grades, Export, "Export Entire Gradebook"',
    isIt: isCanvasSis,
  },
]

function isCanvasSis (names: string[]): boolean {
  return !names.includes('sourcedid') && names.includes('status') &&
    any(/^(user_id|course_id|section_id|account_id|term_id)$/)(names)
}
