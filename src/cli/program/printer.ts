// Everything that the command line prints passes through here. Names come from other people's files: a
// terminal must not obey them.
import type { Writable } from 'node:stream'

/** A stream of the process as a command sees it. */
export interface Printer {
  /** Prints text for people. Line feeds and tabs stay; other control characters are replaced. */
  write: (text: string) => void
  /** Prints over the current line of a terminal, such as a progress bar. */
  redraw: (line: string) => void
  /**
   * Prints a value as one JSON text with a line feed: exact, and printable as it is. `indent` is a number of
   * blanks.
   */
  json: (value: unknown, indent?: number) => void
  /** Writes a file of the program itself as it is. */
  bytes: (bytes: Uint8Array) => void
  /** Whether a person watches. */
  isTTY: boolean
}

/** C0, DEL, C1, line and paragraph separators, and what turns the direction of text around. */
const UNPRINTABLE = /[[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]--[\t\n]]/gv
const REPLACEMENT = '\uFFFD'

export function createPrinter (stream: Pick<Writable, 'write'> & { isTTY?: boolean }): Printer {
  return {
    write (text) { stream.write(printable(text)) },
    redraw (line) { stream.write(`\r${oneLine(line)}`) },
    json (value, indent) { stream.write(`${escapeUnprintable(JSON.stringify(value, null, indent))}\n`) },
    bytes (bytes) { stream.write(bytes) },
    isTTY: stream.isTTY === true,
  }
}

/** Text for people, of one line or several, with U+FFFD for each character that a terminal may obey. */
export function printable (text: string): string {
  return text.replace(UNPRINTABLE, REPLACEMENT)
}

/** The same for a value inside a line, such as a name: it cannot begin a line of its own. */
export function oneLine (value: string): string {
  return printable(value.replace(/[\t\r\n]+/g, ' '))
}

/**
 * JSON that says the same with `\u` escapes, where JSON.stringify leaves C1, DEL and the like as they are.
 */
export function escapeUnprintable (json: string): string {
  return json.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  )
}
