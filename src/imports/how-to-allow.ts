// How to allow what an import refuses. Reports are read on the page and on the command line, so a message
// names the choice in both. The names on the page are the beginnings of its texts `import.allow…`.

function inBoth (onPage: string, flag: string): string {
  return `("${onPage}" on the page, ${flag} on the command line)`
}

export const HOW_TO_ALLOW = {
  removals: inBoth('Allow removals', '--allow-removals'),
  skips: inBoth('Allow skipped rows', '--allow-skips'),
  newPeople: inBoth('Allow new people', '--allow-new-people'),
} as const
