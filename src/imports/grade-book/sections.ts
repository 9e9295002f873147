// A student in several sections. Canvas joins their names as a sentence, in the language of the user: "A, B,
// and C", "A y B".

/** "and" in the languages of Canvas that have spaces. */
const WORDS = [
  'a', 'ac', 'agus', 'ak', 'and', 'dan', 'e', 'en', 'et', 'eta', 'i', 'in', 'ja', 'me', 'och', 'og', 'und',
  've', 'và', 'y', 'és', 'și', 'şi', 'και', 'и', 'й', 'і', 'та', 'և', 'و', 'और', 'และ', '및',
].join('|')
const JOINT = new RegExp(`,? (?:${WORDS}) |, |、|および|及び|と|和|及|與`, 'giu')
/** A name with more joints than this is not a list of sections. */
const JOINTS_MAX = 20

/**
 * The first part of a list of sections for which `isSection` says that it is one; the longest, since a name
 * may contain "and". Undefined if there is none.
 */
export function firstSection (list: string, isSection: (name: string) => boolean): string | undefined {
  const joints = Array.from(list.matchAll(JOINT), ({ index, 0: { length } }) => ({ index, length }))
  if (joints.length === 0 || joints.length > JOINTS_MAX) return undefined
  const starts = [0, ...joints.map(({ index, length }) => index + length)]
  const ends = [...joints.map(({ index }) => index), list.length].reverse()
  for (const start of starts) {
    for (const end of ends) {
      const part = list.slice(start, end).trim()
      if (end > start && part !== list && isSection(part)) return part
    }
  }
  return undefined
}
