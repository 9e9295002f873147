import type { Page } from 'playwright-core'

/** Px a second: a quick flick of a wheel. */
const SCROLL_SPEED = 3000
const FRAME_MS = 1000 / 60

const quantile = (all: readonly number[], q: number) =>
  all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * q))] ?? NaN

/**
 * Largest contentful paint, layout shift and blocking time since the page was loaded, by the browser's own
 * observers.
 */
export async function vitals (page: Page): Promise<string> {
  const { lcp, cls, tbt } = await page.evaluate(`new Promise((resolve) => {
    const found = { lcp: 0, cls: 0, tbt: 0 }
    const each = (type, look) => {
      new PerformanceObserver((list) => { list.getEntries().forEach(look) }).observe({ type, buffered: true })
    }
    each('largest-contentful-paint', (one) => { found.lcp = one.startTime })
    each('layout-shift', (one) => { if (!one.hadRecentInput) found.cls += one.value })
    each('longtask', (one) => { found.tbt += Math.max(0, one.duration - 50) })
    setTimeout(() => { resolve(found) }, 500)
  })`) as { lcp: number, cls: number, tbt: number }
  return `largest paint after ${lcp.toFixed(0)} ms, layout shift ${cls.toFixed(3)}, blocking ${
    tbt.toFixed(0)
  } ms`
}

/**
 * Scrolls the grid as a wheel does, `by` px at most. Blank is a frame without a cell in the middle of the
 * grid.
 */
export async function frames (
  page: Page,
  by: { x: number, y: number } = { x: 0, y: 12_000 }
): Promise<string> {
  const box = (await page.getByRole('grid').boundingBox())!
  const middle = { x: Math.round(box.x + box.width * 0.6), y: Math.round(box.y + box.height * 0.6) }
  await page.evaluate(`(() => {
    const seen = globalThis.seen = { times: [], looks: 0, blank: 0, on: true }
    const look = (time) => {
      seen.times.push(time)
      // Now and then: looking for what is at a point costs as much as a frame may.
      if (seen.times.length % 8 === 0) {
        seen.looks++
        const found = document.elementFromPoint(${middle.x}, ${middle.y})
        if (found?.closest('.cell') == null) seen.blank++
      }
      if (seen.on) requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })()`)
  const room = await page.getByRole('grid').evaluate((grid) => {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = grid as unknown as Record<string, number>
    return { x: scrollWidth! - clientWidth!, y: scrollHeight! - clientHeight! }
  })
  const protocol = await page.context().newCDPSession(page)
  await protocol.send('Input.synthesizeScrollGesture', {
    ...middle,
    xDistance: -Math.min(by.x, room.x),
    yDistance: -Math.min(by.y, room.y),
    speed: SCROLL_SPEED,
    gestureSourceType: 'mouse',
    preventFling: true,
  })
  await protocol.detach()
  const { times, looks, blank } = await page.evaluate('(() => { seen.on = false; return seen })()') as {
    times: number[],
    looks: number,
    blank: number,
  }
  const steps = times.slice(1).map((time, i) => time - times[i]!)
  const rate = 1000 * steps.length / (times.at(-1)! - times[0]!)
  const late = steps.filter((step) => step > FRAME_MS * 1.5).length
  return `${rate.toFixed(1)} frames a second over ${steps.length} frames, p95 ${
    quantile(steps, 0.95).toFixed(1)
  } ms, longest ${Math.max(...steps).toFixed(1)} ms, ${late} late, blank at ${blank} of ${looks} looks`
}

/**
 * From a key or a click to the next paint, by the Event Timing API (whole frames, in steps of 8 ms); the
 * longest event of each interaction.
 */
export async function interactions (page: Page): Promise<string[]> {
  await page.evaluate(`
    globalThis.events = []
    new PerformanceObserver((list) => {
      const found = list.getEntries().filter((one) => one.interactionId > 0)
      events.push(...found.map((one) => ({ id: one.interactionId, ms: one.duration })))
    }).observe({ type: 'event', durationThreshold: 16, buffered: false })`)
  const lines: string[] = []
  async function during (name: string, act: () => Promise<void>) {
    await page.evaluate('events.length = 0')
    await act()
    // Entries are handed out after the paint.
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 400))')
    const found = await page.evaluate('events') as Array<{ id: number, ms: number }>
    const longest = [...Map.groupBy(found, ({ id }) => id).values()].map((one) =>
      Math.max(...one.map(({ ms }) => ms))
    )
    lines.push(
      `${name.padEnd(28)} ${
        longest.length === 0
          ? 'under 16 ms'
          : `${Math.max(...longest)} ms at most, median ${
            quantile(longest, 0.5)
          } ms, ${longest.length} slower than a frame`
      }`
    )
  }
  const column = (n: number) => page.locator(`[data-row="0"][data-column="${n}"]`)
  await during('sort by name', async () => {
    for (let i = 0; i < 6; i++) await column(0).click()
  })
  await during('sort by course average', async () => {
    for (let i = 0; i < 6; i++) await column(3).click()
  })
  await during('search, each key', async () => {
    await page.getByLabel('Search by name or ID').pressSequentially('alvarez 12', { delay: 120 })
  })
  await during('search taken back', async () => {
    for (let i = 0; i < 10; i++) await page.keyboard.press('Backspace', { delay: 60 })
  })
  await during('points, percent', async () => {
    for (let i = 0; i < 3; i++) {
      for (const text of ['Points', 'Percent']) {
        await page.locator('.book .switch').getByText(text, { exact: true }).click()
      }
    }
  })
  await page.getByRole('button', { name: 'Filters' }).click()
  for (const name of ['Missing work', 'Late work', 'Show dropped students']) {
    const filter = page.getByRole('checkbox', { name })
    await filter.waitFor()
    await during(`filter: ${name}`, async () => {
      for (let i = 0; i < 6; i++) await filter.click()
    })
  }
  await page.keyboard.press('Escape')
  await during('arrow keys', async () => {
    await page.locator('[data-row="4"][data-column="3"]').focus()
    for (const key of ['ArrowDown', 'ArrowRight', 'PageDown', 'Control+End', 'Control+Home']) {
      for (let i = 0; i < 4; i++) {
        await page.keyboard.press(key, { delay: 30 })
      }
    }
  })
  await during('details opened and closed', async () => {
    for (let i = 0; i < 4; i++) {
      await page.locator('.line .task').nth(i * 3).click()
      await page.getByRole('dialog').waitFor()
      await page.keyboard.press('Escape')
    }
  })
  await during('charts and back', async () => {
    for (let i = 0; i < 3; i++) {
      await page.getByRole('button', { name: 'More' }).click()
      await page.getByRole('link', { name: 'Charts' }).click()
      await page.locator('.chart').first().waitFor()
      await page.locator('.tabs a').nth(0).click()
      await page.getByRole('grid').waitFor()
    }
  })
  return lines
}

/** From the click on Export to the bytes on this machine's disk; every time a new workbook. */
export async function toFile (page: Page, rounds: number): Promise<string[]> {
  const taken: number[] = []
  for (let round = 0; round < rounds; round++) {
    const button = page.getByRole('button', { name: /^Export to Excel/ })
    await button.waitFor()
    const file = page.waitForEvent('download')
    const start = performance.now()
    await button.click()
    await (await file).path()
    taken.push(performance.now() - start)
    await page.locator('[data-phase=succeeded]').waitFor()
  }
  return [
    `from click to file: median ${quantile(taken, 0.5).toFixed(0)} ms, first ${
      taken[0]!.toFixed(0)
    } ms, longest ${Math.max(...taken).toFixed(0)} ms`,
  ]
}
