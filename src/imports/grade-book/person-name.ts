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

function textOf (text: string): string | null { return text.trim() === '' ? null : text.trim() }
