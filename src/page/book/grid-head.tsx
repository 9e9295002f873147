import { Component } from 'preact'
import type { TextKey } from '../texts/catalogue.ts'
import type { Texts } from '../texts/use-texts.ts'
import type { PlacedColumn, Spread } from './columns.ts'
import { hasChanged } from './has-changed.ts'
import type { Sort } from './rows.ts'

const TITLE_HEIGHT = 84
const SUMMARY_HEIGHT = 30
const SUMMARIES: ReadonlyArray<readonly [TextKey, keyof Spread]> = [
  ['book.classAverage', 'class_average'],
  ['book.lowest', 'lowest'],
  ['book.highest', 'highest'],
]
/** Rows above the first student: the header and the summaries. */
export const HEAD_ROWS = 1 + SUMMARIES.length
/** Height of those rows, px. */
export const HEAD_HEIGHT = TITLE_HEIGHT + SUMMARIES.length * SUMMARY_HEIGHT

interface GridHeadProps {
  items: readonly PlacedColumn[]
  /** The cell that Tab reaches; `tabRow` is null if that is a student's cell. */
  tabRow: number | null
  tabColumn: number | null
  sort: Sort | null
  timeZone: string
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
    const { items, tabRow, tabColumn, sort, timeZone, texts } = this.props
    const { t, percent, day } = texts
    const tab = (row: number, column: number) => tabRow === row && tabColumn === column ? 0 : -1
    const sorted = (key: string) =>
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
          {items.map(({ column, index, start, size }) => {
            const { key, title, kind, task } = column
            return (
              <div
                key={key}
                role='columnheader'
                aria-colindex={index + 2}
                aria-sort={sorted(key)}
                class={`cell ${kind}`}
                tabIndex={tab(0, index + 1)}
                data-row={0}
                data-column={index + 1}
                style={{ insetInlineStart: `${start}px`, width: `${size}px` }}
                title={title}
              >
                <span class='title' dir='auto'>{title}</span>
                <Arrow direction={sorted(key)} />
                {task !== undefined && (
                  <span class='sub'>
                    <span dir='auto'>{task.category ?? ''}</span>
                    <span>
                      {task.heading.due_at === null
                        ? t('book.noDue')
                        : t('book.due', { date: day(task.heading.due_at, timeZone) })}
                    </span>
                  </span>
                )}
              </div>
            )
          })}
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
              {t(label)}
            </div>
            {items.map(({ column, index, start, size }) => {
              const { key, kind, spread } = column
              return (
                <div
                  key={key}
                  role='gridcell'
                  aria-colindex={index + 2}
                  class={`cell ${kind}`}
                  tabIndex={tab(s + 1, index + 1)}
                  data-row={s + 1}
                  data-column={index + 1}
                  style={{ insetInlineStart: `${start}px`, width: `${size}px` }}
                >
                  {spread === undefined ? '' : percent(spread[which])}
                </div>
              )
            })}
          </div>
        ))}
      </div>
    )
  }
}

function Arrow ({ direction }: { direction: 'ascending' | 'descending' | undefined }) {
  return direction === undefined
    ? null
    : <span class='arrow' aria-hidden='true'>{direction === 'ascending' ? '▲' : '▼'}</span>
}
