// Search as a teacher types it: without accents and capitals, words in any order.

/** Letters that Unicode does not decompose into a letter and marks, in lower case. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss', ø: 'o', ł: 'l', æ: 'ae', œ: 'oe', đ: 'd', ð: 'd', þ: 'th', ħ: 'h', ı: 'i', ŋ: 'n', ŧ: 't',
  ĸ: 'k', ſ: 's', ʻ: "'", ʼ: "'", '’': "'", '‘': "'", '‐': '-', '‑': '-',
}
const OTHERS = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g')

/** Text in lower case without accents: "García" and "GARCIA" are both "garcia". */
export function fold (text: string): string {
  return text.normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase()
    // Lower case can bring a mark of its own: İ.
    .normalize('NFD').replace(/\p{M}+/gu, '').replace(OTHERS, (letter) => LETTERS[letter] ?? letter)
}

/** The words of a search, folded. */
export function searchWords (search: string): string[] {
  return fold(search).split(/[\s,;]+/).filter((word) => word !== '')
}

/** Whether a folded text has each of these words somewhere. */
export function hasWords (folded: string, words: readonly string[]): boolean {
  return words.every((word) => folded.includes(word))
}
