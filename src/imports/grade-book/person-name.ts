interface GivenName {
  whole: string | null
  first: string | null
  last: string | null
}

interface Name {
  firstName: string | null
  lastName: string | null
}

/** The name from columns of its own, else from `Last, First`. */
export function nameOf ({ whole, first, last }: GivenName): Name {
  if (first !== null || last !== null) return { firstName: first, lastName: last }
  const text = whole ?? ''
  const comma = text.indexOf(',')
  const [lastName, firstName] = comma === -1 ? [text, ''] : [text.slice(0, comma), text.slice(comma + 1)]
  return { firstName: textOf(firstName), lastName: textOf(lastName) }
}

/** Divides `First Last`, which is all in the last name, at the last space. */
export function dividedName ({ firstName, lastName }: Name): Name {
  const [, first, last] = firstName === null ? /^(.*\S)\s+(\S+)$/s.exec(lastName ?? '') ?? [] : []
  return first === undefined || last === undefined
    ? { firstName, lastName }
    : { firstName: first, lastName: last }
}

function textOf (text: string): string | null { return text.trim() === '' ? null : text.trim() }
