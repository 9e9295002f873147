import { Fragment } from 'preact'
import { useTexts } from '../texts/use-texts.ts'

export interface Bar {
  key: string
  /** Not below 0. */
  value: number
  /** Below the bar, short. */
  axis: string
  /** All that there is to say, for a screen reader and as a tooltip. */
  label: string
  href?: string | undefined
}

const WIDTH = 960
const HEIGHT = 240
const FOOT = 26
const HEAD = 22

/** Bars with their numbers. Each is an image with a text; those that lead somewhere are links. `top`: where the scale ends at least. */
export function BarChart ({ label, bars, valueLabel, top = 1, isTight = false }: { label: string, bars: readonly Bar[], valueLabel: (value: number) => string, top?: number, isTight?: boolean }) {
  const isRtl = useTexts().dir === 'rtl'
  const most = bars.reduce((max, { value }) => Math.max(max, value), top)
  const step = WIDTH / Math.max(1, bars.length)
  const space = HEIGHT - FOOT - HEAD
  return (
    <svg class='chart' viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role='group' aria-label={label}>
      <line x1={0} x2={WIDTH} y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} class='base' />
      {bars.map((bar, i) => {
        const x = step * (isRtl ? bars.length - 1 - i : i)
        const height = bar.value / most * space
        const middle = x + step / 2
        const drawing = (
          <>
            <title>{bar.label}</title>
            <rect class='hit' x={x} y={0} width={step} height={HEIGHT} />
            <rect class='bar-mark' x={x + step * 0.12} y={HEIGHT - FOOT - height} width={step * 0.76} height={height} rx={Math.min(4, step * 0.2)} />
          </>
        )
        return (
          <Fragment key={bar.key}>
            {bar.href === undefined
              ? <g role='img' aria-label={bar.label}>{drawing}</g>
              : <a href={bar.href} aria-label={bar.label}>{drawing}</a>}
            <g aria-hidden='true' class='texts'>
              {!isTight && <text x={middle} y={HEIGHT - FOOT - height - 7} class='value'>{valueLabel(bar.value)}</text>}
              {(!isTight || i % 10 === 9) && <text x={middle} y={HEIGHT - 7}>{bar.axis}</text>}
            </g>
          </Fragment>
        )
      })}
    </svg>
  )
}
