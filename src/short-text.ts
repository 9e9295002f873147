// Limits how much of a text from outside is shown, stored or accepted. Files, headers and forms may hold
// megabytes where a person would write a word, so every quotation of them goes through here.

/** Most characters (UTF-16 units) of an error, a warning or a message, quotations included. */
const MESSAGE_MAX = 1000
/** Most characters that a message quotes of one cell, header, file name or field. */
const QUOTE_MAX = 60
/** Most characters of a name, a title, an id or an e-mail. */
export const NAME_MAX = 1000
/** Most characters of an e-mail address that a person enters (RFC 5321, 4.5.3.1.3, without the brackets). */
export const EMAIL_MAX = 254
/** Most names in a list of names. */
const LISTED_MAX = 8

/** Whether a name has more characters than a name may have. */
export function isNameTooLong (name: string): boolean {
  // The number of UTF-16 units decides most cases; a character of two units counts once.
  return name.length > NAME_MAX && (name.length > 2 * NAME_MAX || [...name].length > NAME_MAX)
}

/**
 * The beginning of a text, at most `most` characters with the ellipsis that says that something is left out.
 */
export function shorten (text: string, most: number = QUOTE_MAX): string {
  if (text.length <= most) return text
  return `${wholeCharacters(text.slice(0, most - 1))}…`
}

/** The same for a name whose end matters as well, such as a file name. */
export function shortenName (name: string, most: number = QUOTE_MAX): string {
  if (name.length <= most) return name
  const tail = Math.floor(most / 3)
  return `${wholeCharacters(name.slice(0, most - 1 - tail))}…${name.slice(-tail).toWellFormed()}`
}

/**
 * A message that is not longer than any message may be, and that can be stored: PostgreSQL refuses a NUL,
 * which the message of a JSON parser may quote.
 */
export function boundMessage (message: string): string {
  return shorten(message, MESSAGE_MAX).replaceAll('\0', '\u{FFFD}').toWellFormed()
}

/** The first names, each shortened, and how many more there are. */
export function listNames (names: readonly string[], most: number = LISTED_MAX): string {
  const shown = names.slice(0, most).map((name) => shorten(name)).join(', ')
  return names.length > most ? `${shown} and ${names.length - most} more` : shown
}

/** Without the first half of a surrogate pair at the end. */
function wholeCharacters (text: string): string {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text
}
