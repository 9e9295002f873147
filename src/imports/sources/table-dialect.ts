// How a text table is written, as far as its first lines show: its separator and the ends of its lines.

type Separator = ',' | ';' | '\t'

const SEPARATORS: Separator[] = [',', ';', '\t']

/** The header of a table: the first row that is not blank, or a row that the reader itself knows. */
export type HeaderMode = 'first' | 'unknown'

export interface Dialect {
  separator: Separator
  /** Lines end with CR alone. */
  isClassicMac: boolean
  /** Bytes and lines before the header that are not rows: a line `sep=;`. */
  skip: { bytes: number, lines: number }
}

/** A line `sep=;`, which tells Excel the separator. Spreadsheets may have added separators to it. */
const DECLARATION = /^ *"?sep=(\\t|.)"?[,;\t]*\r*$/i
/** How many lines are compared with the header. */
const SAMPLE_LINES = 20

/**
 * The dialect of a table by its beginning. Undefined if more of it is needed, which is never so if `isWhole`.
 * If a line `sep=` names a separator that is not supported, that text is returned.
 */
export function detectDialect (
  head: Buffer, { isWhole, header: mode = 'first' }: { isWhole: boolean, header?: HeaderMode }
): Dialect | string | undefined {
  const lines = firstLines(head, isWhole)
  if (lines === undefined) return undefined
  const { isClassicMac, found: [first, ...others] } = lines
  const declared = DECLARATION.exec(first?.text ?? '')?.[1]?.replace('\\t', '\t')
  const isDeclared = first !== undefined && declared !== undefined
  const skip = isDeclared ? { bytes: first.end, lines: first.number } : { bytes: 0, lines: 0 }
  const written = isDeclared || first === undefined ? others : [first, ...others]
  if (written.length === 0 && !isWhole) return undefined
  const [header = [], ...rows] = written.map(({ text }) => separatorsOf(text))
  const inHeader = [...new Set(header)]
  if (declared !== undefined && (inHeader.length === 0 || inHeader.some((one) => one === declared))) {
    return SEPARATORS.some((one) => one === declared)
      ? { separator: declared as Separator, isClassicMac, skip }
      : declared
  }
  const count = (row: string[], separator: string) => row.filter((one) => one === separator).length
  const fits = inHeader.find((one) => {
    return rows.length > 0 && rows.every((row) => count(row, one) === count(header, one))
  })
  const usual = mode === 'unknown' ? usualSeparator([header, ...rows]) : undefined
  return { separator: usual ?? fits ?? inHeader[0] ?? ',', isClassicMac, skip }
}

/** The separator that most lines have as often as each other. A line before the header has others. */
function usualSeparator (lines: Separator[][]): Separator | undefined {
  const ranked = SEPARATORS.map((separator) => {
    const counts = new Map<number, number>()
    for (const line of lines) {
      const count = line.filter((one) => one === separator).length
      if (count > 0) counts.set(count, (counts.get(count) ?? 0) + 1)
    }
    return { separator, lines: Math.max(0, ...counts.values()) }
  })
  // A tie is between the separator and the commas of numbers.
  const [best] = ranked.reverse().sort((a, b) => b.lines - a.lines)
  return best === undefined || best.lines === 0 ? undefined : best.separator
}

/** `end`: the byte after its line end. `number`: from 1. */
interface Line { text: string, end: number, number: number }

/**
 * The first complete lines that are not blank; a line break inside quotes ends no line. Undefined if more of
 * the file is needed to know. Only ASCII characters matter here, so each byte is read as a character.
 */
function firstLines (
  head: Buffer, isWhole: boolean
): { isClassicMac: boolean, found: Line[] } | undefined {
  const text = head.toString('latin1')
  const found: Line[] = []
  let isClassicMac: boolean | undefined
  let isQuoted = false
  let from = 0
  let number = 0
  const take = (to: number, end: number) => {
    const line = text.slice(from, to)
    number++
    if (/[^\s,;"]/.test(line)) found.push({ text: line, end, number })
    from = end
  }
  for (let i = 0; i < text.length && found.length <= SAMPLE_LINES; i++) {
    const character = text[i]
    if (character === '"') isQuoted = !isQuoted
    if (isQuoted || (character !== '\n' && character !== '\r')) continue
    if (isClassicMac === undefined && character === '\r') {
      let next = i
      while (text[next] === '\r') next++
      if (next === text.length && !isWhole) return undefined
      isClassicMac = text[next] !== '\n'
    }
    isClassicMac ??= false
    if (character === '\r' && (!isClassicMac || text[i + 1] === '\n')) continue
    take(i, i + 1)
  }
  if (isWhole && found.length <= SAMPLE_LINES) take(text.length, text.length)
  return found.length === 0 && !isWhole ? undefined : { isClassicMac: isClassicMac ?? false, found }
}

/** The separators of a line that are not in quotes, in order. */
function separatorsOf (line: string): Separator[] {
  const found: Separator[] = []
  let isQuoted = false
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted
    else if (isQuoted) continue
    else if (character === ',' || character === ';' || character === '\t') found.push(character)
  }
  return found
}
