import { useLaterTexts } from '../texts/later.ts'

/**
 * From page to page of a list that shows the newest first; the browser's own Back leads to the page before.
 */
export function Pager (
  { cursor, next, href }: {
    cursor: string | null,
    next: string | null,
    href: (cursor: string | null) => string,
  }
) {
  const { t } = useLaterTexts()
  if (cursor === null && next === null) return null
  return (
    <nav class='row pager' aria-label={t('pager.label')}>
      {cursor !== null && <a class='button' href={href(null)}>{t('pager.newest')}</a>}
      {next !== null && <a class='button' href={href(next)}>{t('pager.older')}</a>}
    </nav>
  )
}

/** An address with what is set of these. */
export function queryOf (parts: Record<string, string | null>): Record<string, string> | undefined {
  const set = Object.entries(parts).filter((part): part is [string, string] =>
    part[1] !== null && part[1] !== ''
  )
  return set.length === 0 ? undefined : Object.fromEntries(set)
}
