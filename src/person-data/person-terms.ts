// Finds a person in texts and removes them: errors and warnings may quote names, ids and email addresses.
import type { Person } from './person.ts'

const ERASED_TEXT = '[erased]'

/** Keys in the JSON of jobs whose values quote no file: words of the program, and what staff requested. */
const KEPT_KEYS = new Set(['code', 'hex', 'format', 'kind', 'choices', 'options', 'requestedBy'])
/** Shorter ids and numbers, such as those of a date, would be found in file names by chance. */
const LEAST_ID = 4
const LEAST_NUMBER = 6

export interface PersonTerms {
  isIn: (text: string) => boolean
  /** Whether a file name has the person's full name, email address, or an id that is not a short number. */
  isFilename: (filename: string) => boolean
  /** The text without names, ids and email addresses of the person. */
  remove: (text: string) => string
  /** The same for all texts in JSON. Undefined: the person is not in it. */
  removeFromJson: (json: string) => string | undefined
  /** The texts in JSON that name the person. */
  textsOfJson: (json: string) => string[]
}

/**
 * Whole words only. Ids and email addresses match in any case, names only as they are written. Takes linear
 * time.
 */
export function personTerms ({
  sourceId,
  identifiers,
  emails,
  usernames,
  names,
}: Pick<Person, 'sourceId' | 'identifiers' | 'emails' | 'usernames' | 'names'>): PersonTerms {
  const idTexts = [...(sourceId === null ? [] : [sourceId]), ...identifiers, ...emails, ...usernames]
  const ids = wordsPattern(idTexts, 'giu')
  const words = wordsPattern(
    names.flatMap(({ first, last }) => [
      ...(first !== null && last !== null
        ? [`${first} ${last}`, `${last}, ${first}`, `${last} ${first}`]
        : []),
      first,
      last,
    ]),
    'gu'
  )
  const inFilenames = wordsPattern(
    [
      ...names.flatMap(({ first, last }) =>
        first === null || last === null ? [] : [`${first} ${last}`, `${last} ${first}`]
      ),
      ...idTexts.filter(
        (id) => id.length >= (/^\d+$/.test(id) ? LEAST_NUMBER : LEAST_ID)
      ),
    ].map(withBlanks),
    'iu'
  )
  const remove = (text: string) =>
    [words, ids].reduce(
      (rest, pattern) => (pattern === undefined ? rest : rest.replace(pattern, ERASED_TEXT)),
      text
    )
  const isIn = (text: string) =>
    [words, ids].some((pattern) => pattern !== undefined && text.search(pattern) !== -1)
  return {
    isIn,
    isFilename: (filename) => inFilenames?.test(withBlanks(filename)) === true,
    remove,
    removeFromJson (json) {
      let isChanged = false
      const value = mapTexts(JSON.parse(json) as unknown, (text) => {
        const rest = remove(text)
        isChanged ||= rest !== text
        return rest
      })
      return isChanged ? JSON.stringify(value) : undefined
    },
    textsOfJson (json) {
      const found = new Set<string>()
      mapTexts(JSON.parse(json) as unknown, (text) => {
        if (isIn(text)) found.add(text)
        return text
      })
      return [...found]
    },
  }
}

/** File names have spaces or other characters between words. */
function withBlanks (text: string): string {
  return text.replace(/[\s_.,+-]+/g, ' ')
}

/** Longer terms first, so that a full name matches before its parts. */
function wordsPattern (terms: Array<string | null>, flags: string): RegExp | undefined {
  const texts = [
    ...new Set(terms.flatMap((term) => (term === null || term.trim() === '' ? [] : [term.trim()]))),
  ].sort((a, b) => b.length - a.length)
  if (texts.length === 0) return undefined
  const escaped = texts.map((term) => term.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
  return new RegExp(`(?<![\\p{L}\\p{M}\\p{N}])(?:${escaped.join('|')})(?![\\p{L}\\p{M}\\p{N}])`, flags)
}

function mapTexts (value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, KEPT_KEYS.has(key) ? item : mapTexts(item, map)])
  )
}
