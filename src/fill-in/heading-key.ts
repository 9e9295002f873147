/** Equal for headings that are the same to a person. */
export function headingKey (heading: string): string {
  return heading.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()
}
