// Moodle translates the columns of its grade export. Here they get their English names, so that the rest of
// the reader knows only those. Titles of activities stay as they are.
import { isNameTooLong } from '../../short-text.ts'
import { LAST_DOWNLOADED } from './moodle-marks.ts'
import { isActivity } from './moodle-totals.ts'
import { MORE_MOODLE_WORDS } from './moodle-more-words.ts'
import { MOODLE_WORDS, type MoodleWords } from './moodle-words.ts'

const ENGLISH: Readonly<Record<Exclude<keyof MoodleWords, Suffix | Total>, string>> = {
  firstName: 'First name',
  lastName: 'Last name',
  idNumber: 'ID number',
  email: 'Email address',
  username: 'Username',
  group: 'Group',
  institution: 'Institution',
  department: 'Department',
  suspended: 'Suspended',
  lastDownloaded: LAST_DOWNLOADED,
}
type Suffix = 'real' | 'percentage' | 'letter' | 'feedback'
const SUFFIXES: readonly Suffix[] = ['real', 'percentage', 'letter', 'feedback']
type Total = 'courseTotal' | 'categoryTotal'

/** One language: from its words to the English ones, all in lower case. */
interface Language {
  columns: ReadonlyMap<string, string>
  suffixes: ReadonlyMap<string, Suffix>
  courseTotals: ReadonlySet<string>
  /** What comes before and after the name of a category. */
  categoryTotals: ReadonlyArray<readonly [before: string, after: string]>
}

const LANGUAGES = Object.values({ ...MOODLE_WORDS, ...MORE_MOODLE_WORDS }).map((words): Language => {
  const each = (text: string | undefined) => text?.split('|').map(comparable) ?? []
  const columns = (Object.keys(ENGLISH) as Array<keyof typeof ENGLISH>)
    .flatMap((key) => each(words[key]).map((word) => [word, ENGLISH[key]] as const))
  const suffixes = SUFFIXES.flatMap((key) => each(words[key]).map((word) => [word, key] as const))
  return {
    // If two columns have one name, the first one is meant.
    columns: new Map(columns.reverse()),
    suffixes: new Map(suffixes),
    courseTotals: new Set(each(words.courseTotal)),
    categoryTotals: (words.categoryTotal.split('|')).map((form) => {
      const [before = '', after = ''] = form.split('*')
      return [before, after]
    }),
  }
})

/** A title and its suffix in parentheses. */
const SUFFIX = /^(.*\S)\s*\(([^()]{1,40})\)$/s

/** Moodle writes typographic and plain apostrophes, and spaces that do not break. */
function comparable (text: string): string {
  return text.trim().toLowerCase().replaceAll('\u2019', "'").replace(/[\u00A0\u202F]/g, ' ')
}

function has (name: string, language: Language): 'column' | 'grade' | undefined {
  if (isNameTooLong(name)) return undefined
  if (language.columns.has(comparable(name))) return 'column'
  const [, , suffix = ''] = SUFFIX.exec(name) ?? []
  return language.suffixes.has(comparable(suffix)) ? 'grade' : undefined
}

/**
 * The header in English, if it is that of a grade export in one of the languages: at least two columns about
 * people, and one that has a suffix or says when the file was made. The language that knows most of the
 * columns counts. Undefined for everything else.
 */
export function inEnglish (names: readonly string[]): string[] | undefined {
  let best: { language: Language, known: number } | undefined
  for (const language of LANGUAGES) {
    const found = names.map((name) => ({ name, kind: has(name, language) }))
    const columns = found.filter(({ kind }) => kind === 'column')
    const grades = found.filter(({ kind }) => kind === 'grade').length
    const isTimed = columns.some(({ name }) => language.columns.get(comparable(name)) === LAST_DOWNLOADED)
    const known = columns.length + grades
    if (columns.length < 2 || (grades === 0 && !isTimed) || known <= (best?.known ?? 0)) continue
    best = { language, known }
  }
  if (best === undefined) return undefined
  const { language } = best
  return names.map((name) => columnInEnglish(name, language))
}

function columnInEnglish (name: string, language: Language): string {
  if (isNameTooLong(name)) return name
  const column = language.columns.get(comparable(name))
  if (column !== undefined) return column
  const [, title = name, word = ''] = SUFFIX.exec(name) ?? []
  const suffix = language.suffixes.get(comparable(word))
  if (suffix === undefined) return titleInEnglish(name, language)
  return `${titleInEnglish(title, language)} (${suffix})`
}

/** Totals have their English names. Everything else is the title of an activity or of the teacher. */
function titleInEnglish (title: string, { courseTotals, categoryTotals }: Language): string {
  const text = comparable(title)
  if (courseTotals.has(text)) return 'Course total'
  if (isActivity(title)) return title
  const isTotal = categoryTotals.some(([before, after]) =>
    text.length > before.length + after.length && text.startsWith(before) && text.endsWith(after))
  return isTotal ? `${title} total` : title
}
