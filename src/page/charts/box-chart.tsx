import { Fragment } from 'preact'
import { useRef } from 'preact/hooks'
import { useTexts } from '../texts/use-texts.ts'
import type { Quartiles } from './statistics.ts'
import { useWidth } from './use-width.ts'

export interface BoxRow {
  key: string
  /** Beside the box. */
  name: string
  /** A short text at the end of the line. */
  note: string
  /** The full text, for a screen reader and as a tooltip. */
  label: string
  href: string
  quartiles: Quartiles | undefined
  /** See `colorClass`. */
  color: string
}

// Px.
const AXIS = 26
const ROW = 30
const NARROW_ROW = 50
const BOX = 14
/** For the names: a quarter of a wide chart, within these limits. */
const NAMES = { least: 240, most: 380 }
const NOTES = 112
const GAP = 20
const LETTER = 6.8
const NARROW = 620
const USUAL_WIDTH = 960
const LINES = [0, 0.25, 0.5, 0.75, 1]

/**
 * Box plots, one below the other: a line from the lowest to the highest value, a box around the middle half,
 * and a mark at the median. Each row is a link. On a narrow screen, the name is above its box.
 */
export function BoxChart ({ label, rows }: { label: string, rows: readonly BoxRow[] }) {
  const { dir, percent } = useTexts()
  const svg = useRef<SVGSVGElement>(null)
  const width = useWidth(svg, USUAL_WIDTH)
  const isNarrow = width < NARROW
  const height = isNarrow ? NARROW_ROW : ROW
  const names = Math.min(NAMES.most, Math.max(NAMES.least, Math.round(width / 4)))
  const start = isNarrow ? GAP : names
  const room = Math.max(40, isNarrow ? width - 2 * GAP : width - names - NOTES - GAP)
  const most = rows.reduce((max, { quartiles }) => Math.max(max, quartiles?.highest ?? 0), 1)
  const least = rows.reduce((min, { quartiles }) => Math.min(min, quartiles?.lowest ?? 0), 0)
  const bottom = AXIS + rows.length * height
  // From right to left, everything is mirrored.
  const mirrored = (x: number) => dir === 'rtl' ? width - x : x
  const xOf = (value: number) => mirrored(start + (value - least) / (most - least) * room)
  const letters = Math.floor((isNarrow ? width - NOTES - GAP : names - GAP) / LETTER)
  return (
    <svg
      class='chart boxes'
      viewBox={`0 0 ${width} ${bottom}`}
      style={{ height: `${bottom}px` }}
      role='group'
      aria-label={label}
      ref={svg}
    >
      <g aria-hidden='true'>
        {LINES.map((value) => (
          <Fragment key={value}>
            <line x1={xOf(value)} x2={xOf(value)} y1={AXIS - 6} y2={bottom} class='scale' />
            <text x={xOf(value)} y={12}>{percent(value)}</text>
          </Fragment>
        ))}
      </g>
      {rows.map(({ key, name, note, label, href, quartiles, color }, i) => {
        const top = AXIS + i * height
        const middle = top + height - ROW / 2
        const line = isNarrow ? top + 16 : middle + 4
        return (
          <Fragment key={key}>
            <a href={href} aria-label={label}>
              <title>{label}</title>
              <rect class='hit' x={0} y={top} width={width} height={height} />
              {quartiles !== undefined && <Box quartiles={quartiles} color={color} y={middle} xOf={xOf} />}
            </a>
            <g aria-hidden='true' class='texts'>
              <text x={mirrored(0)} y={line} class='start'>{shortened(name, letters)}</text>
              <text x={mirrored(width)} y={line} class='end'>{note}</text>
            </g>
          </Fragment>
        )
      })}
    </svg>
  )
}

function Box (
  { quartiles: { lowest, lower, median, upper, highest }, color, y, xOf }: {
    quartiles: Quartiles,
    color: string,
    y: number,
    xOf: (value: number) => number,
  }
) {
  return (
    <g class={color}>
      <Span class='whisker' from={xOf(lowest)} to={xOf(highest)} y={y} size={2} />
      <Span class='box' from={xOf(lower)} to={xOf(upper)} y={y} size={BOX} />
      <rect class='median' x={xOf(median) - 1.5} y={y - BOX / 2 - 2} width={3} height={BOX + 4} />
    </g>
  )
}

/** A bar between two places, in either direction, at least one pixel wide. */
function Span (
  { class: name, from, to, y, size }: { class: string, from: number, to: number, y: number, size: number }
) {
  return (
    <rect
      class={name}
      x={Math.min(from, to)}
      y={y - size / 2}
      width={Math.max(1, Math.abs(to - from))}
      height={size}
    />
  )
}

function shortened (text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, Math.max(1, letters - 1)).trimEnd()}…`
}
