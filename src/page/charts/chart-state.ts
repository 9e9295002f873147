// What the charts of a course show. It is in the address, so that it can be shared.
import { courseLink, replaceAddress } from '../router.ts'
import { BANDINGS, type Banding } from './bands.ts'

export const ORDERS = ['due', 'median', 'missing', 'spread'] as const
export type Order = typeof ORDERS[number]

export interface ChartState {
  periodId: number | null
  banding: Banding
  /** Lower limits of the user's own bands, as typed. */
  limits: string
  /** Of the assignments. */
  order: Order
}

const FIRST: ChartState = { periodId: null, banding: 'tens', limits: '50, 70, 85', order: 'due' }

export function readChartState (query: URLSearchParams): ChartState {
  const period = query.get('period') ?? ''
  return {
    periodId: /^[1-9]\d*$/.test(period) ? Number(period) : FIRST.periodId,
    banding: BANDINGS.find((name) => name === query.get('bands')) ?? FIRST.banding,
    limits: query.get('limits') ?? FIRST.limits,
    order: ORDERS.find((name) => name === query.get('sort')) ?? FIRST.order,
  }
}

/** Shows the charts of a course in another state, and puts it into the address. */
export function showCharts (courseId: number, { periodId, banding, limits, order }: ChartState): void {
  const query = new URLSearchParams()
  if (periodId !== FIRST.periodId) query.set('period', String(periodId))
  if (banding !== FIRST.banding) query.set('bands', banding)
  if (limits !== FIRST.limits) query.set('limits', limits)
  if (order !== FIRST.order) query.set('sort', order)
  replaceAddress(courseLink(courseId, 'charts', query))
}
