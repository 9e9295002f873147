import { Component, type VNode } from 'preact'
import type { Student } from '../../http/schemas/book.ts'
import type { Texts } from '../texts/use-texts.ts'
import type { Column, PlacedColumn, Shown } from './columns.ts'
import { hasChanged } from './has-changed.ts'
import { sortedName } from './rows.ts'
import { scoreContent } from './score-text.tsx'

interface GridRowProps {
  student: Student
  /** Index of the row in the grid, counting the header and the summary rows. */
  index: number
  top: number
  items: readonly PlacedColumn[]
  /** The column of the cell that Tab reaches, if it is in this row. */
  tabColumn: number | null
  shown: Shown
  /** Address of the student's own view. */
  href: string
  /** Keys of the columns whose value has changed since the book was opened. */
  changed: ReadonlySet<string> | undefined
  texts: Texts
}

/** One student. It is drawn again only if a property changed: scrolling moves many rows. */
export class GridRow extends Component<GridRowProps> {
  /**
   * Preact skips a cell that is the same object as before, for example when others come into view beside it.
   */
  #cells = new Map<Column, { place: string, node: VNode }>()
  #drawnFor: GridRowProps | undefined

  override shouldComponentUpdate (next: GridRowProps): boolean {
    return hasChanged(this.props, next)
  }

  override render () {
    const { student, index, top, tabColumn, href, texts } = this.props
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
          <a class='name' dir='auto' title={name} tabIndex={-1} href={href}>
            {name === '' ? t('book.noName') : name}
          </a>
          {student.is_dropped && <span class='tag'>{t('book.dropped')}</span>}
        </div>
        {this.#cellsOf(this.props)}
      </div>
    )
  }

  #cellsOf (props: GridRowProps): VNode[] {
    const { student, index, items, tabColumn, shown, changed, texts } = props
    const isSameRow = this.#drawnFor !== undefined &&
      !hasChanged({ ...this.#drawnFor, items, href: props.href }, props)
    const before = isSameRow ? this.#cells : new Map<Column, never>()
    this.#drawnFor = props
    this.#cells = new Map()
    return items.map(({ column, index: i, place }) => {
      const known = before.get(column)
      const isChanged = changed?.has(column.key) === true
      const node = known?.place === place
        ? known.node
        : (
          <div
            key={column.key}
            role='gridcell'
            aria-colindex={i + 2}
            class={isChanged ? `cell ${column.kind} changed` : `cell ${column.kind}`}
            tabIndex={tabColumn === i + 1 ? 0 : -1}
            data-row={index}
            data-column={i + 1}
            style={place}
          >
            {this.#content(column, student, shown, texts)}
            {isChanged && <span class='hidden'>{texts.t('live.changed')}</span>}
          </div>
          )
      this.#cells.set(column, { place, node })
      return node
    })
  }

  #content (column: Column, student: Student, shown: Shown, texts: Texts) {
    if (column.task !== undefined) {
      return scoreContent(student.data[column.task.index] ?? null, column.task, shown, texts)
    }
    const value = column.value(student)
    if (column.key === 'average' && student.grade !== null) {
      return (
        <>
          {texts.score(value as number | null)} <b class='letter' dir='auto'>{student.grade}</b>
        </>
      )
    }
    if (column.kind === 'average') return texts.score(value as number | null)
    return (
      <span class='name' dir='auto'>
        {value ?? (column.kind === 'period' ? texts.t('book.noPeriod') : '')}
      </span>
    )
  }
}
