// What a cell's text looks like in the XML. ECMA-376 part 1, 22.9.2.19 (ST_Xstring): characters that XML
// cannot carry are written as _xHHHH_, and so is the underscore of a text that looks like such an escape.

/** Excel's limit for the text of one cell, in UTF-16 units. */
export const MOST_CHARACTERS = 32_767

// \r is included because an XML reader turns it into \n.
const NOT_IN_XML = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g // eslint-disable-line no-control-regex
const LOOKS_ESCAPED = /_(?=x[0-9A-Fa-f]{4}_)/g
/** Text that is written as it is: most names, ids and addresses. */
const PLAIN = /^(?! )(?!.* $)(?!.*_x)[ !-%'-;=?-~]*$/

/** Whether the text needs no escape and has one byte for each character. */
export function isPlainText (text: string): boolean {
  return text.length <= MOST_CHARACTERS && PLAIN.test(text)
}

/**
 * The value of a string cell, not yet as XML: cut to the limit with `…`, escaped, without lone surrogates.
 */
export function cellText (text: string): string {
  if (isPlainText(text)) return text
  return cutText(text.toWellFormed(), MOST_CHARACTERS)
    .replace(LOOKS_ESCAPED, '_x005F_')
    .replace(
      NOT_IN_XML,
      (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`
    )
}

/** Text for document properties, which have no such escapes: what XML cannot carry becomes a space. */
export function propertyText (text: string): string {
  return text.toWellFormed().replace(NOT_IN_XML, ' ')
}

/** Text in a header or footer, where `&` begins a code (ECMA-376 part 1, 18.3.1.46). Not yet XML. */
export function footerText (text: string): string {
  return text.replace(LOOKS_ESCAPED, '_x005F_').replaceAll('&', '&&')
}

/** Escapes `&`, `<`, `>` and `"`, for element content and for attributes in double quotes. */
export function escapeXml (text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Cuts to at most `most` UTF-16 units, including `…`, and never between the halves of a character. */
export function cutText (text: string, most: number): string {
  if (text.length <= most) return text
  return wholeCharacters(text, most - 1) + '…'
}

/** The first units of a well-formed text. One unit fewer if the cut would be inside a character. */
export function wholeCharacters (text: string, units: number): string {
  if (text.length <= units) return text
  const last = text.charCodeAt(units - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? units - 1 : units)
}
