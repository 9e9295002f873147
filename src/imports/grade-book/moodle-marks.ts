// Marks of a grade export of Moodle. All names of columns are in lower case.

/** In lower case. */
export const LAST_DOWNLOADED = 'last downloaded from this course'
const SUFFIX = /\((real|percentage|letter)\)$/
const PERSON_COLUMNS = new Set([
  'first name', 'last name', 'surname', 'id number', 'username', 'email address',
])
/** "Aufgabe: Aufsatz (Punkte)": not the number of a Canvas assignment in parentheses. */
const TRANSLATED_ITEM = /^[^:]{1,60}:.*\(([^()\d]{1,40})\)$/s
const ENGLISH_SUFFIX = /\((real|percentage|letter|feedback)\)$/i
const TRANSLATED_SUFFIX = /^.*\S \(([^()\d]{1,40})\)$/s
const PERCENTAGE = /^[\d.,]{1,12}\s?%$/
/** Moodle's "Real", "Percentage" and "Letter" in other languages. */
const TRANSLATED_TYPES = new Set([
  'punkte', 'prozentsatz', 'prozent', 'buchstabe', 'porcentaje', 'letra', 'brute', 'brut', 'pourcentage',
  'lettre', 'punteggio', 'percentuale', 'lettera', 'percentagem', 'porcentagem', 'punten', 'procent',
  'prosent', 'bokstav', 'bogstav', 'prosentti', 'procentowo', 'procento', 'percentatge', 'lletra', 'yüzde',
  'проценты', 'процент', 'відсоток',
])

/**
 * Whether this is a grade export whose columns about people are known, but not the word in parentheses after
 * each activity: all activities have the same word, and the first row has percentages. `english`: the names
 * of the columns in English. `isPerson`: whether a column with such a name is about people.
 */
export function hasUnknownSuffix (
  names: readonly string[],
  [row = []]: string[][],
  { english, isPerson }: { english: readonly string[], isPerson: (name: string) => boolean }
): boolean {
  const grades = [...names.entries()].filter(([at, name]) => name !== '' && !isPerson(english[at] ?? ''))
  const suffixes = new Set(grades.map(([, name]) => TRANSLATED_SUFFIX.exec(name)?.[1]))
  const [suffix, ...others] = suffixes
  return suffix !== undefined && others.length === 0 &&
    !english.some((name) => ENGLISH_SUFFIX.test(name)) &&
    grades.some(([at]) => PERCENTAGE.test(row[at]?.trim() ?? ''))
}

/** Also an export in another language whose suffixes are the same as in English. */
export function isMoodle (names: string[]): boolean {
  return names.some((name) => name === LAST_DOWNLOADED || SUFFIX.test(name))
}

/** Moodle translates its columns about a person. */
export function isEnglishMoodle (names: string[]): boolean {
  return names.some((name) => PERSON_COLUMNS.has(name))
}

/**
 * A grade export in any other language: activities with a colon and a display type in parentheses, and one
 * of these: a known word for the display type, a percentage in the first row, the time of the download in
 * the last column.
 */
export function isTranslatedMoodle (names: string[], [row = []]: string[][]): boolean {
  const suffixes = names.map((name) => TRANSLATED_ITEM.exec(name)?.[1])
  const isMarked = (suffix: string | undefined, at: number) =>
    suffix !== undefined &&
    (TRANSLATED_TYPES.has(suffix) || PERCENTAGE.test(row[at]?.trim() ?? ''))
  const last = row[names.length - 1]?.trim() ?? ''
  const hasDownloadTime = suffixes.at(-1) === undefined && /^1\d{9}$/.test(last)
  return suffixes.some((suffix) => suffix !== undefined) && (suffixes.some(isMarked) || hasDownloadTime)
}
