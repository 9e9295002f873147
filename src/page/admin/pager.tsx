import { useTexts } from '../texts/use-texts.ts'

/** Links between the pages of a list, newest first. The browser's Back leads to the page before. */
export function Pager (
  { cursor, next, href }: {
    cursor: string | null,
    next: string | null,
    href: (cursor: string | null) => string,
  }
) {
  const { t } = useTexts()
  if (cursor === null && next === null) return null
  return (
    <nav class='row pager' aria-label={t('pager.label')}>
      {cursor !== null && <a class='button' href={href(null)}>{t('pager.newest')}</a>}
      {next !== null && <a class='button' href={href(next)}>{t('pager.older')}</a>}
    </nav>
  )
}

/** The parameters of a query that have a value; undefined if none has. */
export function queryOf (parts: Record<string, string | null>): Record<string, string> | undefined {
  const set = Object.entries(parts).filter((part): part is [string, string] =>
    part[1] !== null && part[1] !== ''
  )
  return set.length === 0 ? undefined : Object.fromEntries(set)
}
