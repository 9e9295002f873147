// Messages with `{places}` to fill in. The service writes them in English. The page finds the template and
// the values in a message again, to say the same in another language.

/** A template with its places filled in. A place without a value stays as it is. */
export function fillTemplate (template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/**
 * The first of the templates that a message may have been made from, with its values. If a template has a
 * place twice, its value is the same both times.
 */
export function findTemplate<Name extends string> (
  message: string, templates: Readonly<Record<Name, string>>
): { name: Name, values: Record<string, string> } | undefined {
  for (const [name, text] of Object.entries(templates) as Array<[Name, string]>) {
    const places = new Set<string>()
    const pattern = text.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, (_, place: string) => {
      if (places.has(place)) return `\\k<${place}>`
      places.add(place)
      return `(?<${place}>.*)`
    })
    const found = new RegExp(`^${pattern}$`, 's').exec(message)
    if (found !== null) return { name, values: { ...found.groups } }
  }
  return undefined
}
