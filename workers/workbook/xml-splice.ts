// Changes to XML that xlsx-populate wrote. Each place is searched for, and a place that is not there is an
// error: if the library ever writes something else, no file is made that is a little wrong.

/** Replaces the first `found` in the text. */
export function splice (xml: string, found: string, replacement: (found: string) => string): string {
  const [before, after] = cut(xml, found)
  return before + replacement(found) + after
}

/** What is before and after the first `at` in the text. */
export function cut (xml: string, at: string): [string, string] {
  const index = at === '' ? -1 : xml.indexOf(at)
  if (index < 0) throw new Error(`xlsx-populate wrote a part without ${at || 'a place that is needed'}.`)
  return [xml.slice(0, index), xml.slice(index + at.length)]
}

/** The number of elements with this name. */
export function elements (xml: string, name: string): number {
  return xml.split(new RegExp(`<${name}[ />]`)).length - 1
}
