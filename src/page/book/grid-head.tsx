import { Component } from 'preact'
import type { TextKey } from '../texts/catalogue.ts'
import type { Texts } from '../texts/use-texts.ts'
import type { Column, PlacedColumn, Shown, Spread } from './columns.ts'
import { hasChanged } from './has-changed.ts'
import type { Sort } from './rows.ts'
import { spreadText } from './score-text.tsx'

const TITLE_HEIGHT = 70
const SUMMARY_HEIGHT = 24
export const SUMMARIES: ReadonlyArray<readonly [TextKey, keyof Spread]> = [
  ['book.classAverage', 'class_average'],
  ['book.lowest', 'lowest'],
  ['book.highest', 'highest'],
]
/** Rows above the first student: the header and the summaries. */
export const HEAD_ROWS = 1 + SUMMARIES.length
/** Height of those rows, px. */
export const HEAD_HEIGHT = TITLE_HEIGHT + SUMMARIES.length * SUMMARY_HEIGHT

type Direction = 'ascending' | 'descending'

interface GridHeadProps {
  items: readonly PlacedColumn[]
  /** The cell that Tab reaches; `tabRow` is null if that is a student's cell. */
  tabRow: number | null
  tabColumn: number | null
  sort: Sort | null
  shown: Shown
  timeZone: string
  /** Whose averages these are: the course's, or a period's. */
  coverage: string | undefined
  texts: Texts
}

/**
 * Titles with due dates, and the class average, lowest and highest. They stay in view. They are not drawn
 * again while only rows move.
 */
export class GridHead extends Component<GridHeadProps> {
  override shouldComponentUpdate (next: GridHeadProps): boolean {
    return hasChanged(this.props, next)
  }

  override render () {
    const { items, tabRow, tabColumn, sort, shown, timeZone, coverage, texts } = this.props
    const { t } = texts
    const tab = (row: number, column: number) => tabRow === row && tabColumn === column ? 0 : -1
    const sorted = (key: string): Direction | undefined =>
      sort?.key !== key ? undefined : sort.isDescending ? 'descending' : 'ascending'
    return (
      <div role='rowgroup' class='head'>
        <div role='row' aria-rowindex={1} class='titles' style={{ height: `${TITLE_HEIGHT}px` }}>
          <div
            role='columnheader'
            aria-colindex={1}
            aria-sort={sorted('name')}
            class='cell pinned'
            tabIndex={tab(0, 0)}
            data-row={0}
            data-column={0}
          >
            <span class='title'>{t('book.student')}</span>
            <Arrow direction={sorted('name')} />
          </div>
          {items.map(({ column, index, place }) => (
            <TitleCell
              key={column.key}
              column={column}
              index={index}
              place={place}
              tabIndex={tab(0, index + 1)}
              sorted={sorted(column.key)}
              shown={shown}
              timeZone={timeZone}
              texts={texts}
            />
          ))}
        </div>
        {SUMMARIES.map(([label, which], s) => (
          <div
            key={which}
            role='row'
            aria-rowindex={s + 2}
            class='summary'
            style={{ height: `${SUMMARY_HEIGHT}px` }}
          >
            <div
              role='rowheader'
              aria-colindex={1}
              class='cell pinned'
              tabIndex={tab(s + 1, 0)}
              data-row={s + 1}
              data-column={0}
            >
              <span class='name' dir='auto'>
                {coverage === undefined ? t(label) : t('book.ofPeriod', { what: t(label), period: coverage })}
              </span>
            </div>
            {items.map(({ column, index, place }) => {
              const { key, kind, spread, task } = column
              return (
                <div
                  key={key}
                  role='gridcell'
                  aria-colindex={index + 2}
                  class={`cell ${kind}`}
                  tabIndex={tab(s + 1, index + 1)}
                  data-row={s + 1}
                  data-column={index + 1}
                  style={place}
                >
                  {spreadText(spread, which, task, shown, texts)}
                </div>
              )
            })}
          </div>
        ))}
      </div>
    )
  }
}

interface TitleCellProps extends PlacedColumn, Pick<GridHeadProps, 'shown' | 'timeZone' | 'texts'> {
  tabIndex: number
  sorted: Direction | undefined
}

/** The heading of a column. It is drawn again only if a property changed: others come into view beside it. */
class TitleCell extends Component<TitleCellProps> {
  override shouldComponentUpdate (next: TitleCellProps): boolean {
    return hasChanged(this.props, next)
  }

  override render () {
    const { column, index, place, tabIndex, sorted, shown, timeZone, texts } = this.props
    return (
      <div
        role='columnheader'
        aria-colindex={index + 2}
        aria-sort={sorted}
        class={`cell ${column.kind}`}
        tabIndex={tabIndex}
        data-row={0}
        data-column={index + 1}
        style={place}
        title={column.title}
      >
        <span class='title' dir='auto'>
          {column.title}
          <Arrow direction={sorted} />
        </span>
        {headingLines(column, shown, timeZone, texts).map((line) => (
          <span key={line} class='sub' dir='auto'>{line}</span>
        ))}
        <span class='resize' data-resize={index} aria-hidden='true' />
      </div>
    )
  }
}

/** The lines below the title of a column: of a task, its category, its due date, and points possible. */
export function headingLines (
  { task, remark }: Pick<Column, 'task' | 'remark'>,
  shown: Shown,
  timeZone: string,
  { t, shortDay, number }: Texts
): string[] {
  if (task === undefined) return remark === undefined ? [] : [remark]
  const { due_at: due, points_possible: possible } = task.heading
  const facts = [
    due === null ? t('book.noDue') : shortDay(due, timeZone),
    ...(shown === 'points' && possible !== null && possible > 0
      ? [t('book.pointsPossible', { points: number(possible) })]
      : []),
  ]
  return [...(task.category === undefined ? [] : [task.category]), facts.join(' · ')]
}

function Arrow ({ direction }: { direction: Direction | undefined }) {
  return direction === undefined
    ? null
    : <span class='arrow' aria-hidden='true'>{direction === 'ascending' ? ' ▲' : ' ▼'}</span>
}
