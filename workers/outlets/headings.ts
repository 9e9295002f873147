// Headings by which another system finds its own columns.

/**
 * The headings, each different from the others and from `taken`, without regard to case: the second `Quiz`
 * becomes `Quiz [2]`.
 */
export function distinctHeadings (headings: readonly string[], taken: readonly string[]): string[] {
  const used = new Set(taken.map((one) => one.toLowerCase()))
  /** The last number of each heading, so that many equal ones take no longer than different ones. */
  const last = new Map<string, number>()
  return headings.map((heading) => {
    const key = heading.toLowerCase()
    let n = last.get(key) ?? 1
    let distinct = heading
    while (used.has(distinct.toLowerCase())) distinct = `${heading} [${++n}]`
    last.set(key, n)
    used.add(distinct.toLowerCase())
    return distinct
  })
}
