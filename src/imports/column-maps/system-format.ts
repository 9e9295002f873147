// A shipped column map as the reader of tables takes it.
import { importError } from '../error-messages.ts'
import {
  columnsOf, type ColumnLayout, type TableBeginning, type TableFormat, type TableLayout, type TaskColumn,
} from '../grade-book/table-layout.ts'
import type { Companions } from '../grade-book/companion-cells.ts'
import { Refusal } from '../problems.ts'
import { dayOf } from '../sources/text-values.ts'
import type { TableNumbers } from '../sources/table-numbers.ts'
import type { SystemMap } from './systems/system-map.ts'

/** Longer texts are not words of any system. */
const WORD_MAX = 60
/** The label of a row of points possible below the header. */
const POINTS_LABEL = /^(max(imum)?\.? points|points possible|possible points|total points|out of):?$/i

/** The format that a shipped column map describes. */
export function formatOfSystem (map: SystemMap): TableFormat {
  const words = new Map(Object.entries(map.words))
  return {
    system: map.system,
    layoutOf: (beginning) => layoutOf(map, beginning),
    ids: map.ids,
    wordOf: (text) => text.length > WORD_MAX ? undefined : words.get(text.toLowerCase()),
    alsoExpected: map.alsoExpected,
  }
}

function layoutOf (
  map: SystemMap, { rows, place, isWhole, numbers, run }: TableBeginning
): TableLayout | undefined {
  // A row of points may follow the header.
  if (rows.length < 2 && !isWhole) return undefined
  const [names = [], second = []] = rows
  const points = second.some((cell) => POINTS_LABEL.test(cell.trim())) ? second : undefined
  const companions = companionsOf(map, names)
  const categories = categoriesOf(map, names)
  const columns = columnsOf(names, map.people, (name, at): ColumnLayout => {
    const companion = map.companions.find(({ header }) => header.test(name))
    if (companion !== undefined) return { use: COMPANION_USES[companion.use] }
    const left = map.leftOut.find(({ header }) => header.test(name))
    if (left !== undefined) return { use: 'left_out', reason: left.reason }
    const known = companions.get(keyOf(name))
    const given = numbers.of(points?.[at]?.trim() ?? '') ?? null
    const task = map.tasks.find(({ header, needsCompanion = false }) =>
      header.test(name) && (!needsCompanion || known !== undefined || given !== null))
    if (task === undefined) return { use: 'left_out', reason: 'not_used' }
    const groups = task.header.exec(name)?.groups ?? {}
    const details = detailsOf(groups['details'] ?? '')
    const only = groups['title'] === undefined
    const title = groups['title'] ?? titleOfFile(place.file) ?? name
    const possible = positive(groups['points'] ?? details.get('max points'), numbers)
    const column: TaskColumn = {
      use: 'task_points',
      id: null,
      title,
      pointsPossible: possible ?? given ?? task.pointsPossible ?? null,
      category: details.get('category') ?? categories.find((one) => title.startsWith(`${one} `)),
      dueOn: dayOf(details.get('due') ?? details.get('due date') ?? '', run.options.dates) ?? null,
    }
    const own = only ? companions.get('') : known
    if (own !== undefined) column.companions = own
    if (column.pointsPossible === null && own?.maximum === undefined) column.reason = 'no_points'
    return column
  })
  if (!columns.some(({ use }) => use === 'task_points')) {
    throw new Refusal(place, importError('no_tasks_with_points', { how: map.howToExport }))
  }
  return { names, columns, rowsBefore: points === undefined ? 1 : 2 }
}

const COMPANION_USES = {
  maximum: 'task_maximum',
  submitted: 'task_submitted',
  lateness: 'task_lateness',
} as const

/** By the title of the task in lower case; empty for the only task of a file. The first of two counts. */
function companionsOf (map: SystemMap, names: string[]): Map<string, Companions> {
  const found = new Map<string, Companions>()
  for (const [at, name] of names.entries()) {
    for (const { header, use } of map.companions) {
      const match = header.exec(name)
      if (match === null) continue
      const title = keyOf(match.groups?.['title'] ?? '')
      const known = found.get(title) ?? {}
      found.set(title, { [use]: at, ...known })
      break
    }
  }
  return found
}

/** The longest names first. */
function categoriesOf ({ categories }: SystemMap, names: string[]): string[] {
  if (categories === undefined) return []
  return names.flatMap((name) => categories.exec(name)?.groups?.['title'] ?? [])
    .sort((a, b) => b.length - a.length)
}

/** "Max Points: 10, Category: Tests", by names in lower case. */
function detailsOf (text: string): Map<string, string> {
  const parts = text.split(/,(?=[A-Za-z ]+:)/).map((part) => part.trim())
  return new Map(parts.flatMap((part) => {
    const colon = part.indexOf(':')
    const value = part.slice(colon + 1).trim()
    return colon === -1 || value === '' ? [] : [[part.slice(0, colon).trim().toLowerCase(), value]]
  }))
}

function positive (text: string | undefined, numbers: TableNumbers): number | null {
  const number = numbers.of(text ?? '')
  return number === undefined || number <= 0 ? null : number
}

/** The title of an assignment whose file is named after it: `Homework_1_scores.csv`. */
function titleOfFile (file: string | null): string | undefined {
  const name = (file ?? '').replace(/^.*\//s, '').replace(/\.\w+$/, '').replace(/_scores$/i, '')
  const title = name.replaceAll('_', ' ').trim()
  return title === '' ? undefined : title
}

function keyOf (title: string): string { return title.trim().toLowerCase() }
