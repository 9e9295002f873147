import { Fragment } from 'preact'
import { useRef } from 'preact/hooks'
import type { TrendPoint } from '../student/parts.ts'
import { useTexts } from '../texts/use-texts.ts'
import { useWidth } from './use-width.ts'

// Px.
const HEIGHT = 220
const FOOT = 26
const HEAD = 16
const SIDE = 50
const END = 16
const LABEL = 104
const USUAL_WIDTH = 720

/** A line through averages over time. Each point is an image with a text; the data is a table elsewhere. */
export function TrendChart (
  { label, points, timeZone }: { label: string, points: readonly TrendPoint[], timeZone: string }
) {
  const { dir, percent, score, day } = useTexts()
  const svg = useRef<SVGSVGElement>(null)
  const width = useWidth(svg, USUAL_WIDTH)
  const averages = points.map(({ average }) => average)
  const top = Math.max(1, Math.ceil(Math.max(0, ...averages) * 5) / 5)
  // The scale begins where something is to be seen, at a line.
  const bottom = Math.max(0, Math.min(0.8, Math.floor((Math.min(1, ...averages) - 0.05) * 5) / 5))
  const lines = Array.from({ length: Math.round((top - bottom) * 5) + 1 }, (_, i) => bottom + i / 5)
  const [first = 0, last = 0] = [points[0]?.at, points.at(-1)?.at]
  const room = width - SIDE - END
  const xOf = (at: number) => {
    const part = last === first ? 0.5 : (at - first) / (last - first)
    return dir === 'rtl' ? END + room * (1 - part) : SIDE + room * part
  }
  const yOf = (value: number) =>
    HEAD + (top - Math.max(bottom, value)) / (top - bottom) * (HEIGHT - FOOT - HEAD)
  const [start, end] = dir === 'rtl' ? [END, width - SIDE] : [SIDE, width - END]
  const radius = points.length > 60 ? 2.5 : 4
  let lastLabel = -Infinity
  return (
    <svg
      class='chart trend'
      viewBox={`0 0 ${width} ${HEIGHT}`}
      role='group'
      aria-label={label}
      ref={svg}
    >
      <g aria-hidden='true'>
        {lines.map((value) => (
          <Fragment key={value}>
            <line x1={start} x2={end} y1={yOf(value)} y2={yOf(value)} class='scale' />
            <text x={dir === 'rtl' ? width - SIDE / 2 : SIDE / 2} y={yOf(value) + 4}>{percent(value)}</text>
          </Fragment>
        ))}
        {points.length > 1 && (
          <polyline
            class='trend-line'
            points={points.map(({ at, average }) => `${xOf(at)},${yOf(average)}`).join(' ')}
          />
        )}
        {points.map(({ at, dueAt }) => {
          // A label wherever there is room for one.
          const place = Math.min(width - LABEL / 2, Math.max(LABEL / 2, xOf(at)))
          if (Math.abs(place - lastLabel) < LABEL) return null
          lastLabel = place
          return <text key={dueAt} x={place} y={HEIGHT - 7}>{day(dueAt, timeZone)}</text>
        })}
      </g>
      {points.map(({ at, dueAt, average }) => {
        const text = `${day(dueAt, timeZone)}: ${score(average)}`
        return (
          <g key={dueAt} role='img' aria-label={text}>
            <title>{text}</title>
            <circle class='hit' cx={xOf(at)} cy={yOf(average)} r={12} />
            <circle class='point' cx={xOf(at)} cy={yOf(average)} r={radius} />
          </g>
        )
      })}
      <line x1={start} x2={end} y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} class='base' aria-hidden='true' />
    </svg>
  )
}
