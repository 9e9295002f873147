// Messages of the service are also for the command line. On the page they name only what the page has.

/** A message without options of the command line: `("Allow removals" on the page, --allow-removals …)`. */
export function onPage (message: string): string {
  return message
    .replace(/ with --strict \(("[^"]+") on the page\)/g, ': $1')
    .replace(/ on the page(?:,| or) --\w[^()"]*? on the command line/g, '')
    // What the rules above do not know: better without it than with it.
    .replace(/ --[a-z][-a-z]*/g, '')
}
