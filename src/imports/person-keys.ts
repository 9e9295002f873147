// Keys to find people whose ids are not exactly the same.

/** Without case and leading zeros. */
export function looseKey (text: string): string { return text.toLowerCase().replace(/^0+(?=.)/, '') }

/** First and last name with single spaces; empty where both are blank. */
export function nameKey (first: string | null, last: string | null): string {
  const parts = [first, last].flatMap((part) => part === null ? [] : [part.trim().replace(/\s+/g, ' ')])
  return parts.join(' ').normalize('NFC')
}
