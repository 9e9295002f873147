import { useTexts } from '../texts/use-texts.ts'
import type { Column, Shown } from './columns.ts'
import { SUMMARIES } from './grid-head.tsx'
import { spreadText } from './score-text.tsx'

interface SummaryRowsProps {
  columns: readonly Column[]
  shown: Shown
  /** Whose numbers they are; undefined: the whole course's. */
  coverage: string | undefined
}

/** The rows of an ordinary table with the numbers of the class, from the server. */
export function SummaryRows ({ columns, shown, coverage }: SummaryRowsProps) {
  const texts = useTexts()
  const { t } = texts
  return (
    <>
      {SUMMARIES.map(([text, which]) => (
        <tr key={which} class='summary'>
          <th scope='row' dir='auto'>
            {coverage === undefined ? t(text) : t('book.ofPeriod', { what: t(text), period: coverage })}
          </th>
          {columns.map(({ key, kind, spread, task }) => (
            <td key={key} class={kind}>{spreadText(spread, which, task, shown, texts)}</td>
          ))}
        </tr>
      ))}
    </>
  )
}
