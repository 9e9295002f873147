import type { ComponentChildren } from 'preact'
import { useTexts } from '../texts/use-texts.ts'
import type { Distribution } from './statistics.ts'

interface Line extends Distribution {
  key: string
  href: string
  name: string
}

/** The numbers of box plots as a table. */
export function DistributionTable (
  { heading, countHeading, lines }: { heading: string, countHeading: string, lines: readonly Line[] }
) {
  const { t, score, number } = useTexts()
  return (
    <details class='options'>
      <summary>{t('charts.data')}</summary>
      <div class='wide' tabIndex={0} role='region' aria-label={heading}>
        <table class='list'>
          <thead>
            <tr>
              <th>{heading}</th>
              <Number head>{countHeading}</Number>
              <Number head>{t('book.lowest')}</Number>
              <Number head>{t('charts.lower')}</Number>
              <Number head>{t('charts.median')}</Number>
              <Number head>{t('charts.upper')}</Number>
              <Number head>{t('book.highest')}</Number>
              <Number head>{t('status.missing')}</Number>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ key, href, name, count, quartiles, missing }) => (
              <tr key={key}>
                <td>
                  <a href={href}>
                    <bdi>{name}</bdi>
                  </a>
                </td>
                <Number>{number(count)}</Number>
                <Number>{score(quartiles?.lowest ?? null)}</Number>
                <Number>{score(quartiles?.lower ?? null)}</Number>
                <Number>{score(quartiles?.median ?? null)}</Number>
                <Number>{score(quartiles?.upper ?? null)}</Number>
                <Number>{score(quartiles?.highest ?? null)}</Number>
                <Number>{score(missing)}</Number>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function Number ({ head = false, children }: { head?: boolean, children: ComponentChildren }) {
  return head ? <th class='number'>{children}</th> : <td class='number'>{children}</td>
}
