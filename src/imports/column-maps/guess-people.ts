// Which columns of an unknown table say who a row is about.
import type { ColumnChoice } from './column-map.ts'
import type { MapUse } from './map-values.ts'
import type { SeenColumn } from './column-values.ts'

type Choice = Omit<ColumnChoice, 'column'>

/** By the index of the column. At most one column for each use. */
export function guessPeople (columns: readonly SeenColumn[]): Map<number, Choice> {
  const byUse = new Map<MapUse, SeenColumn>()
  for (const column of columns) {
    const { identity } = column.meaning
    if (identity === undefined || !isLikely(identity.use, column)) continue
    const other = byUse.get(identity.use)
    if (other === undefined || isBetter(column, other)) byUse.set(identity.use, column)
  }
  divideName(byUse)
  if (!['name', 'first_name', 'last_name'].some((use) => byUse.has(use as MapUse))) {
    const named = columns.find((column) => isFree(column, byUse) && mostly(column, 'names'))
    if (named !== undefined) byUse.set('name', named)
  }
  if (!byUse.has('email')) {
    const mail = columns.find((column) => isFree(column, byUse) && mostly(column, 'emails'))
    if (mail !== undefined) byUse.set('email', mail)
  }
  if (![...byUse.keys()].some((use) => use !== 'period')) {
    const own = columns.find((column) => isFree(column, byUse) && isOwn(column))
    if (own !== undefined) byUse.set(own.values.numbers === 0 ? 'name' : 'student_id', own)
  }
  return new Map([...byUse].map(([use, { at }]) => [at, { use }]))
}

function isLikely (use: MapUse, { values }: SeenColumn): boolean {
  if (values.filled === 0) return false
  if (use === 'email') return 2 * values.emails >= values.filled
  if (use === 'name' || use === 'first_name' || use === 'last_name') return 2 * values.numbers < values.filled
  return true
}

/** Of two columns for one use, the one whose header says it more clearly. */
function isBetter (one: SeenColumn, other: SeenColumn): boolean {
  return (one.meaning.identity?.rank ?? 0) < (other.meaning.identity?.rank ?? 0)
}

/** "Name" next to "First name" is the last name, and the other way round. A whole name is not needed then. */
function divideName (byUse: Map<MapUse, SeenColumn>): void {
  const whole = byUse.get('name')
  const has = { first: byUse.has('first_name'), last: byUse.has('last_name') }
  if (whole === undefined || (!has.first && !has.last)) return
  if (has.first && has.last) {
    byUse.delete('name')
  } else if (whole.meaning.isPlainName) {
    byUse.delete('name')
    byUse.set(has.first ? 'last_name' : 'first_name', whole)
  } else {
    byUse.delete('first_name')
    byUse.delete('last_name')
  }
}

function isFree (column: SeenColumn, byUse: ReadonlyMap<MapUse, SeenColumn>): boolean {
  const { isNotUsed, isTotal } = column.meaning
  return column.name !== '' && !isNotUsed && !isTotal && ![...byUse.values()].includes(column)
}

function mostly ({ values }: SeenColumn, what: 'names' | 'emails'): boolean {
  return values.filled > 0 && 10 * values[what] >= 6 * values.filled && 2 * values.distinct > values.filled
}

/** Every row has its own value, which is no score. */
function isOwn ({ meaning, values }: SeenColumn): boolean {
  return values.filled > 0 && values.distinct === values.filled && values.words === 0 && !values.isCount &&
    !meaning.isRowNumber && (values.numbers === 0 || values.least >= 1000)
}
