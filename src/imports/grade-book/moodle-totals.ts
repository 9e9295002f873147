// Which grade items of a Moodle export are totals. Moodle writes the title of an activity as "Quiz: Title".
// A total has no such prefix.
import { TRANSLATED_MODULES } from './moodle-modules.ts'

/** Names of activity modules as Moodle writes them: those of Moodle itself, then add-ons that give grades. */
const MODULES = new Set([
  'assignment',
  'book',
  'chat',
  'choice',
  'database',
  'external tool',
  'feedback',
  'forum',
  'glossary',
  'h5p',
  'h5p activity',
  'lesson',
  'lti',
  'page',
  'quiz',
  'scorm',
  'scorm package',
  'survey',
  'url',
  'wiki',
  'workshop',
  'bigbluebutton',
  'bigbluebuttonbn',
  'subsection',
  'active quiz',
  'adaptive quiz',
  'attendance',
  'attendance register',
  'certificate',
  'checklist',
  'coursework',
  'custom certificate',
  'data form',
  'dialogue',
  'game',
  'hot potatoes',
  'hotpot',
  'interactive content',
  'interactive video',
  'journal',
  'kaltura video assignment',
  'level up',
  'mastery quiz',
  'media assignment',
  'moodleoverflow',
  'offline quiz',
  'open forum',
  'peer assessment',
  'peerwork',
  'poodll',
  'questionnaire',
  'quiz practice',
  'realtime quiz',
  'scheduler',
  'student folder',
  'student quiz',
  'studentquiz',
  'taskchain',
  'turnitin assignment',
  'turnitin assignment 2',
  'virtual programming lab',
  'vpl',
  'zoom',
  'zoom meeting',
])
/** "Course total", "Homework total". */
const TOTAL = /(^| )total$/i
/** "Final grade", "Overall course mark". */
const LIKE_A_TOTAL =
  /^(final|course|overall|total|end|term|semester) (course )?(grade|mark|score|result|points|percentage)$/i
const TOTALS = new Set(['grand total', 'total', 'final', 'overall'])

export function isCourseTotal (title: string): boolean {
  return /^course total$/i.test(title)
}

/** The total of the course or of a category. An activity whose title ends with "total" is not one. */
export function isTotal (title: string): boolean {
  return TOTAL.test(title) && !isActivity(title)
}

/**
 * A teacher may rename the course total ("Final grade"). `titles` are in the order of the file. A title
 * like that of a total is left out. Moodle puts the course total last or first. So if the only title
 * without a prefix is there, it may be the total under any name; it is imported, with a warning.
 */
export function mayBeCourseTotal (titles: string[]): { title: string, isLeftOut: boolean } | undefined {
  const items = titles.filter((title) => !isTotal(title))
  const bare = items.filter((title) => !isActivity(title))
  const named = bare.find((title) => LIKE_A_TOTAL.test(title) || TOTALS.has(title.toLowerCase()))
  if (named !== undefined) return { title: named, isLeftOut: true }
  const [only] = bare
  const isAtAnEnd = items[0] === only || items.at(-1) === only
  if (only === undefined || bare.length > 1 || items.length < 2 || !isAtAnEnd) return undefined
  return { title: only, isLeftOut: false }
}

/** Whether a title begins with the name of an activity module, in any language that is known. */
export function isActivity (title: string): boolean {
  const colon = title.search(/[:：]/)
  if (colon < 1) return false
  const module = title.slice(0, colon).trim().toLowerCase()
  return MODULES.has(module) || TRANSLATED_MODULES.has(module)
}
