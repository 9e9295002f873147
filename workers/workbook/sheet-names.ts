import { wholeCharacters } from './excel-text.ts'

/** Excel's limit for the name of a worksheet, in UTF-16 units. */
const MOST_UNITS = 31
const FORBIDDEN = /[:\\/?*[\]\p{Cc}\ufffe\uffff]/gu

/**
 * Names for worksheets as Excel allows them, one for each given name, in the same order: what is forbidden
 * becomes `-`, a clash (whatever the case) is numbered `~2`, `~3`. `taken` names are not given out.
 */
export function sheetNames (names: readonly string[], taken: readonly string[]): string[] {
  const used = new Set(taken.map(fold))
  // Where the numbers of a name go on: thousands of periods may have the same one.
  const next = new Map<string, number>()
  return names.map((wanted) => {
    // One unit more than fits, so that a character is not taken for a broken one.
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

/**
 * A worksheet's name as formulas write it: `'1st ''A'''`; unquoted only where it cannot be taken for a cell
 * or a column.
 */
export function quotedSheetName (name: string): string {
  return /^[A-Z][a-z]{5,}$/.test(name) ? name : `'${name.replaceAll("'", "''")}'`
}

function trimmed (name: string, units: number): string {
  return wholeCharacters(name, units).replace(/^'|'$/g, '-')
}

function fold (name: string): string {
  return name.toUpperCase().toLowerCase()
}
