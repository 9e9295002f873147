// Text in the order in which it is drawn (UAX #9): runs of one direction from left to right.
import bidiFactory from 'bidi-js'

const bidi = bidiFactory()
/** Letters that are written from right to left, and marks that change the direction. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

interface Run { text: string, level: number }

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
    if (last?.level === level) last.text += shown
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
