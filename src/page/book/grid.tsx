import { defaultRangeExtractor, type Range } from '@tanstack/virtual-core'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Student } from '../../http/schemas/book.ts'
import { useTexts } from '../texts/use-texts.ts'
import { COLUMN_WIDTH, type Column, type PlacedColumn, type Shown, type TaskColumn } from './columns.ts'
import type { Changes } from './differences.ts'
import { GridHead, HEAD_HEIGHT, HEAD_ROWS } from './grid-head.tsx'
import { GridRow } from './grid-row.tsx'
import { moveInGrid, type Place } from './grid-keys.ts'
import type { Sort } from './rows.ts'
import { useColumnDrag } from './use-column-drag.ts'
import { useMedia } from '../use-media.ts'
import { drawInFrame, useVirtualizer } from './use-virtualizer.ts'

const ROW_HEIGHT = 32
/**
 * Rows and columns come into view several at a time, so that most frames of scrolling change nothing: a
 * change has a high fixed cost. One column at a time made shorter frames, but more late ones.
 */
const ROW_STEP = 4
const COLUMN_STEP = 2
/** Rows drawn above and below those in view. Each costs as much as one in view when columns change. */
const ROWS_BEYOND = 2
/** Width of the student's column, px; less on a small screen. */
const PINNED = { wide: 220, narrow: 132 }
/** Px that a key widens or narrows a column by. */
const RESIZE_STEP = 12

interface GridProps {
  label: string
  students: readonly Student[]
  columns: readonly Column[]
  timeZone: string
  shown: Shown
  sort: Sort | null
  onSort: (key: string) => void
  onOpen: (student: Student, task: TaskColumn) => void
  studentHref: (student: Student) => string
  /** Whose numbers the summary rows are; undefined: the whole course's. */
  coverage: string | undefined
  /** What has changed since the book was opened: keys of columns, by the id of the student. */
  changes: Changes | undefined
  onResize: (key: string, width: number) => void
  /** A column to bring into view and focus, by its key. */
  wanted: string | null
  onArrived: () => void
}

/**
 * The book as a grid (WAI-ARIA grid pattern): one tab stop, and arrow keys between cells. Only the cells in
 * view and the one with the focus exist. The header, the summary rows, and the student's column stay in
 * place.
 */
export function Grid ({
  label, students, columns, timeZone, shown, sort, onSort, onOpen, studentHref, coverage, changes, onResize,
  wanted, onArrived,
}: GridProps) {
  const texts = useTexts()
  const scroller = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState<Place>({ row: 0, column: 0 })
  /** The place that a key has led to. It is drawn at the end of the frame, together with any scrolling. */
  const latest = useRef(place)
  const [drawPlace] = useState(() => () => {
    setPlace(latest.current)
  })
  const mayFocus = useRef(false)
  const pinned = useMedia('(max-width: 40rem)') ? PINNED.narrow : PINNED.wide

  const last = { row: HEAD_ROWS + students.length - 1, column: columns.length }
  const inGrid = ({ row, column }: Place): Place => (
    { row: Math.min(row, last.row), column: Math.min(column, last.column) }
  )
  const at = inGrid(place)
  const keptRow = at.row - HEAD_ROWS
  const keptColumn = at.column - 1
  // The grid fills the window. A class, because the browser would evaluate a `:has` selector in every frame.
  // It is set before the virtualizers measure the grid: without it, all rows would be in view.
  useLayoutEffect(() => {
    document.documentElement.classList.add('has-grid')
    return () => {
      document.documentElement.classList.remove('has-grid')
    }
  }, [])
  const getScrollElement = () => scroller.current
  const rows = useVirtualizer({
    count: students.length,
    getScrollElement,
    estimateSize: () => ROW_HEIGHT,
    paddingStart: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
    overscan: ROWS_BEYOND,
    rangeExtractor: useCallback((range: Range): number[] => drawnIndexes(range, {
      kept: keptRow,
      step: ROW_STEP,
      room: rows.scrollRect?.height ?? 0,
      covered: HEAD_HEIGHT,
      sizeOf: () => ROW_HEIGHT,
    }), [keptRow]),
  })
  const across = useVirtualizer({
    count: columns.length,
    getScrollElement,
    estimateSize: (i) => columns[i]?.width ?? 0,
    horizontal: true,
    isRtl: texts.dir === 'rtl',
    paddingStart: pinned,
    scrollPaddingStart: pinned,
    overscan: 1,
    rangeExtractor: useCallback((range: Range): number[] => drawnIndexes(range, {
      kept: keptColumn,
      step: COLUMN_STEP,
      room: across.scrollRect?.width ?? 0,
      covered: pinned,
      sizeOf: (index) => columns[index]?.width ?? 0,
    }), [keptColumn, columns, pinned]),
  })
  useLayoutEffect(() => {
    across.measure()
  }, [columns, pinned])

  useLayoutEffect(() => {
    const wanted = inGrid(latest.current)
    // The grid may be drawn for another reason before it is drawn with the new place.
    if (!mayFocus.current || wanted.row !== at.row || wanted.column !== at.column) return
    mayFocus.current = false
    const cell = `[data-row="${at.row}"][data-column="${at.column}"]`
    scroller.current?.querySelector<HTMLElement>(cell)?.focus({ preventScroll: true })
  })

  function goTo (next: Place) {
    const before = inGrid(latest.current)
    latest.current = next
    // The header and the student's name are always in view. A jump to them scrolls to the start of the
    // scores.
    if (next.row >= HEAD_ROWS) rows.scrollToIndex(next.row - HEAD_ROWS, { align: 'auto' })
    else if (before.row >= HEAD_ROWS) rows.scrollToOffset(0)
    if (next.column > 0) across.scrollToIndex(next.column - 1, { align: 'auto' })
    else if (before.column > 0) across.scrollToOffset(0)
    mayFocus.current = true
    drawInFrame(drawPlace)
  }

  useEffect(() => {
    if (wanted === null) return
    const column = columns.findIndex(({ key }) => key === wanted)
    if (column >= 0) goTo({ row: 0, column: column + 1 })
    onArrived()
  }, [wanted])

  function resize (index: number, width: number) {
    const column = columns[index]
    if (column === undefined) return
    onResize(column.key, Math.min(COLUMN_WIDTH.most, Math.max(COLUMN_WIDTH.least, Math.round(width))))
  }
  const drag = useColumnDrag(texts.dir === 'rtl', columns, resize)

  function act ({ row, column }: Place) {
    const { key = 'name', task } = columns[column - 1] ?? {}
    const student = students[row - HEAD_ROWS]
    if (row === 0) {
      onSort(key)
      rows.scrollToOffset(0)
    } else if (student !== undefined && task !== undefined) onOpen(student, task)
    else if (student !== undefined && column === 0) location.hash = studentHref(student)
  }

  function onKeyDown (event: KeyboardEvent) {
    if (placeOf(event.target) === undefined) return
    const at = inGrid(latest.current)
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      act(at)
      return
    }
    const width = columns[at.column - 1]?.width
    if (at.row === 0 && width !== undefined && event.shiftKey && /^Arrow(?:Left|Right)$/.test(event.key)) {
      event.preventDefault()
      const isWider = (event.key === 'ArrowRight') === (texts.dir === 'ltr')
      mayFocus.current = true
      resize(at.column - 1, width + (isWider ? RESIZE_STEP : -RESIZE_STEP))
      return
    }
    const page = Math.max(
      1,
      Math.floor(((scroller.current?.clientHeight ?? 0) - HEAD_HEIGHT) / ROW_HEIGHT) - 1
    )
    const next = moveInGrid(event, at, last, { page, isRtl: texts.dir === 'rtl' })
    if (next === undefined) return
    event.preventDefault()
    goTo(next)
  }

  function onClick (event: MouseEvent) {
    const clicked = placeOf(event.target)
    if (clicked === undefined || drag.hasJustEnded()) return
    // A link opens its view itself, in another tab if the user asks for that.
    if ((event.target as Element).closest('a') !== null) return
    mayFocus.current = true
    latest.current = clicked
    setPlace(clicked)
    act(clicked)
  }

  // A screen reader can move the focus without one of our keys.
  function onFocusIn (event: FocusEvent) {
    const focused = placeOf(event.target)
    if (focused === undefined || (focused.row === at.row && focused.column === at.column)) return
    latest.current = focused
    setPlace(focused)
  }

  const drawn = across.getVirtualItems()
  // Most of scrolling changes what is in view, but not what is drawn.
  const items = useMemo(() => drawn.flatMap(({ index, start, size }): PlacedColumn[] => {
    const column = columns[index]
    return column === undefined
      ? []
      : [{ column, index, place: `inset-inline-start:${start}px;width:${size}px` }]
  }), [String(drawn.map(({ index, start, size }) => [index, start, size])), columns])
  const height = rows.getTotalSize()
  return (
    <div
      class='grid'
      role='grid'
      aria-label={label}
      aria-rowcount={last.row + 1}
      aria-colcount={last.column + 1}
      ref={scroller}
      style={{ '--pinned': `${pinned}px`, '--height': `${height + 18}px` }}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onFocusIn={onFocusIn}
      onPointerDown={(event) => {
        drag.start(event)
      }}
    >
      <div
        class='canvas'
        role='presentation'
        style={{ width: `${across.getTotalSize()}px`, height: `${height}px` }}
      >
        <GridHead
          items={items}
          tabRow={at.row < HEAD_ROWS ? at.row : null}
          tabColumn={at.row < HEAD_ROWS ? at.column : null}
          sort={sort}
          shown={shown}
          coverage={coverage}
          timeZone={timeZone}
          texts={texts}
        />
        <div role='rowgroup'>
          {rows.getVirtualItems().map(({ index, start }) =>
            students[index] !== undefined && (
              <GridRow
                key={index}
                student={students[index]}
                index={index + HEAD_ROWS}
                top={start}
                items={items}
                tabColumn={at.row === index + HEAD_ROWS ? at.column : null}
                shown={shown}
                href={studentHref(students[index])}
                changed={changes?.get(students[index].id)}
                texts={texts}
              />
            )
          )}
        </div>
      </div>
    </div>
  )
}

interface Drawing {
  /** Index of the row or column with the focus; below 0: it is elsewhere. */
  kept: number
  step: number
  /** Size of the scrolling element, and how much of its start is covered by what stays in place, px. */
  room: number
  covered: number
  /** Px. */
  sizeOf: (index: number) => number
}

/**
 * The indexes of what is drawn, in document order: the part in view, and what has the focus. The part begins
 * at a multiple of `step`, and is long enough until it begins at the next one. If its end were a multiple of
 * `step` too, twice as many frames of scrolling would change the grid.
 */
function drawnIndexes (
  { startIndex, endIndex, overscan, count }: Range,
  { kept, step, room, covered, sizeOf }: Drawing
): number[] {
  let start = startIndex
  // At the very start, nothing is covered.
  for (let px = sizeOf(start); start > 0 && start < endIndex && px <= covered; px += sizeOf(start)) start++
  const first = Math.floor(Math.max(0, start - overscan) / step) * step
  let last = first + overscan + step - 1
  for (let px = 0; px < room - covered && last < count; px += sizeOf(last)) last++
  last = Math.min(count - 1, Math.max(last, endIndex) + overscan)
  const drawn = defaultRangeExtractor({ startIndex: first, endIndex: last, overscan: 0, count })
  if (kept < 0 || kept >= count || (kept >= first && kept <= last)) return drawn
  return [...drawn, kept].sort((a, b) => a - b)
}

function placeOf (target: EventTarget | null): Place | undefined {
  const cell = (target as Element | null)?.closest<HTMLElement>('[data-row]')
  return cell == null
    ? undefined
    : { row: Number(cell.dataset['row']), column: Number(cell.dataset['column']) }
}
