// Facts of a view that may come a moment after what a test has waited for. What Playwright reads at once
// (`count()`, `evaluate()`, `isChecked()`, `url()`) may be from before.
import { isDeepStrictEqual } from 'node:util'
import type { Locator } from 'playwright-core'
import type { Test } from 'tap'
import { until } from '../support/until.ts'

/** Waits until `read` gives this value. A failure says which one it gave last. */
export async function becomes<T> (
  t: Test, read: () => Promise<T> | T, wanted: T, name: string
): Promise<void> {
  await until(name, async (see) => {
    const found = await read()
    see(JSON.stringify(found))
    return isDeepStrictEqual(found, wanted)
  })
  t.pass(name)
}

/** Waits until an element has the focus: views give it after they are drawn. */
export async function hasFocus (t: Test, element: Locator, name = 'it has the focus'): Promise<void> {
  await becomes(t, () => element.evaluate((node) => node.matches(':focus')), true, name)
}

/** A fraction as the book shows it to English readers. */
export function fixed (fraction: number): string {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 }
  return new Intl.NumberFormat('en-US', { style: 'percent', ...digits }).format(fraction)
}
