interface Result {
  lhr: {
    categories: Record<string, { score: number | null }>,
    audits: Record<string, { score: number | null, title: string, displayValue?: string }>,
  }
}

/**
 * Lighthouse scores of an address, and the audits that fell short. Uses the browser that listens on `port`,
 * as the user who is signed in there.
 */
export async function lighthouse (url: string, port: number): Promise<string> {
  // No development package: 200 packages and 185 MB for a measurement now and then.
  const name: string = 'lighthouse'
  const { default: run } = await import(name) as { default: (url: string, flags: object) => Promise<Result> }
  const { lhr } = await run(url, {
    port,
    output: 'json',
    logLevel: 'error',
    disableStorageReset: true,
    formFactor: 'desktop',
    screenEmulation: { mobile: false, width: 1280, height: 860, deviceScaleFactor: 1 },
    onlyCategories: ['performance', 'accessibility', 'best-practices'],
  })
  const scores = Object.entries(lhr.categories).map(([category, { score }]) =>
    `${category} ${Math.round((score ?? 0) * 100)}`
  )
  const short = Object.values(lhr.audits).filter(({ score }) => score !== null && score < 0.9).map((
    { title, displayValue }
  ) => displayValue === undefined ? title : `${title} (${displayValue})`)
  return [scores.join(', '), ...short].join('\n  ')
}
