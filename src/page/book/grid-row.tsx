import { Component, type VNode } from 'preact'
import type { Student } from '../../http/schemas/book.ts'
import type { Texts } from '../texts/use-texts.ts'
import type { Column, PlacedColumn, Shown } from './columns.ts'
import { hasChanged } from './has-changed.ts'
import { sortedName } from './rows.ts'
import { Score } from './score-text.tsx'

interface GridRowProps {
  student: Student
  /** Index of the row in the grid, counting the header and the summary rows. */
  index: number
  top: number
  items: readonly PlacedColumn[]
  /** The column of the cell that Tab reaches, if it is in this row. */
  tabColumn: number | null
  shown: Shown
  texts: Texts
}

/** One student. It is drawn again only if a property changed: scrolling moves many rows. */
export class GridRow extends Component<GridRowProps> {
  /**
   * Preact skips a cell that is the same object as before, for example when others come into view beside it.
   */
  #cells = new Map<Column, { start: number, node: VNode }>()
  #drawnFor: GridRowProps | undefined

  override shouldComponentUpdate (next: GridRowProps): boolean {
    return hasChanged(this.props, next)
  }

  override render () {
    const { student, index, top, tabColumn, texts } = this.props
    const { t } = texts
    const name = sortedName(student)
    return (
      <div
        role='row'
        aria-rowindex={index + 1}
        class={student.is_dropped ? 'line dropped' : index % 2 === 0 ? 'line' : 'line odd'}
        style={{ top: `${top}px` }}
      >
        <div
          role='rowheader'
          aria-colindex={1}
          class='cell pinned'
          tabIndex={tabColumn === 0 ? 0 : -1}
          data-row={index}
          data-column={0}
        >
          <span class='name' dir='auto' title={name}>{name === '' ? t('book.noName') : name}</span>
          {student.is_dropped && <span class='tag'>{t('book.dropped')}</span>}
        </div>
        {this.#cellsOf(this.props)}
      </div>
    )
  }

  #cellsOf (props: GridRowProps): VNode[] {
    const { student, index, items, tabColumn, shown, texts } = props
    const isSameRow = this.#drawnFor !== undefined && !hasChanged({ ...this.#drawnFor, items }, props)
    const before = isSameRow ? this.#cells : new Map<Column, never>()
    this.#drawnFor = props
    this.#cells = new Map()
    return items.map(({ column, index: i, start, size }) => {
      const known = before.get(column)
      const node = known?.start === start
        ? known.node
        : (
          <div
            key={column.key}
            role='gridcell'
            aria-colindex={i + 2}
            class={`cell ${column.kind}`}
            tabIndex={tabColumn === i + 1 ? 0 : -1}
            data-row={index}
            data-column={i + 1}
            style={{ insetInlineStart: `${start}px`, width: `${size}px` }}
          >
            {this.#content(column, student, shown, texts)}
          </div>
          )
      this.#cells.set(column, { start, node })
      return node
    })
  }

  #content (column: Column, student: Student, shown: Shown, texts: Texts) {
    if (column.task !== undefined) {
      return (
        <Score
          cell={student.data[column.task.index] ?? null}
          heading={column.task.heading}
          shown={shown}
          texts={texts}
        />
      )
    }
    const value = column.value(student)
    if (column.kind === 'average') return texts.percent(value as number | null)
    return (
      <span class='name' dir='auto'>
        {value ?? (column.kind === 'period' ? texts.t('book.noPeriod') : '')}
      </span>
    )
  }
}
