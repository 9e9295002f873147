/** A person's first and last name with a blank between them; empty if they have neither. */
export function personName (first: string | null, last: string | null): string {
  return [first, last].filter((part) => part !== null && part !== '').join(' ')
}
