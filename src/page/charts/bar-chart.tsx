import { Fragment } from 'preact'
import { useRef } from 'preact/hooks'
import { useTexts } from '../texts/use-texts.ts'
import { useWidth } from './use-width.ts'

interface Bar {
  key: string
  /** 0 or more. */
  value: number
  /** A short label below the bar. */
  axis: string
  /** The full text, for a screen reader and as a tooltip. */
  label: string
  href?: string | undefined
}

interface BarChartProps {
  label: string
  bars: readonly Bar[]
  valueLabel: (value: number) => string
}

// Px.
const HEIGHT = 260
const FOOT = 26
const HEAD = 22
const LETTER = 8
const USUAL_WIDTH = 960
/** How many bars share a label if there is no room for each. */
const BARS_PER_LABEL = [1, 2, 5, 10, 20, 50, 100, 200, 500]

/** Bars with their numbers. Each bar is an image with a text; a bar with an address is a link. */
export function BarChart ({ label, bars, valueLabel }: BarChartProps) {
  const isRtl = useTexts().dir === 'rtl'
  const svg = useRef<SVGSVGElement>(null)
  const width = useWidth(svg, USUAL_WIDTH)
  const most = bars.reduce((max, { value }) => Math.max(max, value), 1)
  const step = width / Math.max(1, bars.length)
  const yOf = (value: number) => HEIGHT - FOOT - value / most * (HEIGHT - FOOT - HEAD)
  const room = (text: string) => (text.length + 1) * LETTER
  const hasValues = bars.every(({ value }) => room(valueLabel(value)) <= step)
  const fits = (count: number) => bars.every(({ axis }) => room(axis) <= step * count)
  const barsPerLabel = BARS_PER_LABEL.find(fits) ?? bars.length
  return (
    <svg class='chart' viewBox={`0 0 ${width} ${HEIGHT}`} role='group' aria-label={label} ref={svg}>
      {bars.map((bar, i) => {
        const x = step * (isRtl ? bars.length - 1 - i : i)
        const y = yOf(bar.value)
        const middle = x + step / 2
        const drawing = (
          <>
            <title>{bar.label}</title>
            <rect class='hit' x={x} y={0} width={step} height={HEIGHT} />
            <rect
              class='bar-mark'
              x={x + step * 0.12}
              y={y}
              width={step * 0.76}
              height={HEIGHT - FOOT - y}
              rx={Math.min(4, step * 0.2)}
            />
          </>
        )
        return (
          <Fragment key={bar.key}>
            {bar.href === undefined
              ? <g role='img' aria-label={bar.label}>{drawing}</g>
              : <a href={bar.href} aria-label={bar.label}>{drawing}</a>}
            <g aria-hidden='true' class='texts'>
              {hasValues && <text x={middle} y={y - 7} class='value'>{valueLabel(bar.value)}</text>}
              {i % barsPerLabel === 0 && <text x={middle} y={HEIGHT - 7}>{bar.axis}</text>}
            </g>
          </Fragment>
        )
      })}
      <line x1={0} x2={width} y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} class='base' />
    </svg>
  )
}
