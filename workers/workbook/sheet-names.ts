import { wholeCharacters } from './excel-text.ts'

/** Excel's limit for the name of a worksheet, in UTF-16 units. */
const MOST_UNITS = 31
const FORBIDDEN = /[:\\/?*[\]\p{Cc}\ufffe\uffff]/gu

/**
 * A name that Excel allows for each given name, in the same order. Forbidden characters become `-`. Names
 * that clash, ignoring case, are numbered `~2`, `~3`. Names in `taken` are not used.
 */
export function sheetNames (names: readonly string[], taken: readonly string[]): string[] {
  const used = new Set(taken.map(fold))
  // The next number of each name: thousands of periods may have the same name.
  const next = new Map<string, number>()
  return names.map((wanted) => {
    // One unit more than fits, so that the last character is whole.
    const allowed = wanted.slice(0, MOST_UNITS + 1).toWellFormed().replace(FORBIDDEN, '-')
    const plain = trimmed(allowed === '' ? 'Period' : allowed, MOST_UNITS)
    let name = plain
    const key = fold(plain)
    for (let n = next.get(key) ?? 2; used.has(fold(name)); n++) {
      name = `${trimmed(plain, MOST_UNITS - `~${n}`.length)}~${n}`
      next.set(key, n + 1)
    }
    used.add(fold(name))
    return name
  })
}

/** The name as formulas write it: `'1st ''A'''`. Unquoted only if it cannot be read as a cell or a column. */
export function quotedSheetName (name: string): string {
  return /^[A-Z][a-z]{5,}$/.test(name) ? name : `'${name.replaceAll("'", "''")}'`
}

function trimmed (name: string, units: number): string {
  return wholeCharacters(name, units).replace(/^'|'$/g, '-')
}

function fold (name: string): string {
  return name.toUpperCase().toLowerCase()
}
