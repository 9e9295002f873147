// Text in the order in which it is drawn (UAX #9): runs of one direction from left to right.
import bidiFactory from 'bidi-js'

const bidi = bidiFactory()
/** Letters that are written from right to left, and marks that change the direction. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** Marks that are not drawn, and characters that no font draws. */
const CONTROLS = /[\p{Cc}\ufeff]/gu
const MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
const FIRST_STRONG_ISOLATE = '\u2068'
const POP_ISOLATE = '\u2069'

interface Run { text: string, level: number }

/** A text in one line, without control characters, with accents as one character where there is one. */
export function plainText (text: string): string {
  return text.replace(/\s+/gu, ' ').replace(CONTROLS, '').toWellFormed().normalize('NFC')
}

/** Whether a text is not drawn in the order of its characters. */
export function isBidirectional (text: string): boolean { return RIGHT_TO_LEFT.test(text) }

/** A text between others in a line. Whatever its direction is, the others stay in their order. */
export function isolated (text: string): string {
  return isBidirectional(text) ? `${FIRST_STRONG_ISOLATE}${text}${POP_ISOLATE}` : text
}

/** Isolates that are still open at the end of a line are closed, and opened again in the next one. */
export function closedLines (lines: readonly string[]): string[] {
  let open = 0
  return lines.map((line) => {
    const begins = FIRST_STRONG_ISOLATE.repeat(open)
    for (const character of line) {
      if (character === FIRST_STRONG_ISOLATE) open++
      else if (character === POP_ISOLATE) open = Math.max(0, open - 1)
    }
    return `${begins}${line}${POP_ISOLATE.repeat(open)}`
  })
}

/**
 * The words of a line from left to right, with the spaces between them. The letters of a word stay in the
 * order in which they are read: the font turns them around.
 */
export function visualPieces (line: string): string[] {
  if (!RIGHT_TO_LEFT.test(line)) return line === '' ? [] : [line]
  const { levels } = bidi.getEmbeddingLevels(line, 'auto')
  const runs: Run[] = []
  let at = 0
  for (const character of line) {
    const level = levels[at] ?? 0
    const last = runs.at(-1)
    const shown = level % 2 === 1 ? bidi.getMirroredCharacter(character) ?? character : character
    if (MARKS.test(character)) {
      // It has done its work.
    } else if (last?.level === level) last.text += shown
    else runs.push({ text: shown, level })
    at += character.length
  }
  return inVisualOrder(runs).flatMap(({ text, level }) => {
    const words = text.split(/( +)/).filter((word) => word !== '')
    return level % 2 === 1 ? words.reverse() : words
  })
}

/** Rule L2: from the highest level down to 1, neighbors of at least that level are turned around. */
function inVisualOrder (runs: Run[]): Run[] {
  const ordered = [...runs]
  for (let level = Math.max(0, ...runs.map((run) => run.level)); level > 0; level--) {
    for (let from = 0; from < ordered.length; from++) {
      let to = from
      while ((ordered[to]?.level ?? -1) >= level) to++
      if (to > from) ordered.splice(from, to - from, ...ordered.slice(from, to).reverse())
      from = to
    }
  }
  return ordered
}
