// A row of categories near the header of a table: "Homework", "Tests", perhaps over several columns each.
import type { SampleRow } from './sample-rows.ts'

/** The row of categories is at most this many rows away from the header. */
const ROWS_AWAY = { above: 6, below: 3 }
const LENGTH_MAX = 100
const CATEGORY_LABEL = /^((grade )?categor\p{L}{1,4}|kategorien?|types?|typ|tipos?|art:)( of \p{L}{1,20})?:?$/iu
/** What teachers call the categories of their assignments. */
const CATEGORY = /^((home|class|course)[ -]?work|hw|quiz(zes)?|tests?|labs?|exams?|midterms?|finals?|projects?|participation|assessments?|essays?|papers?|assignments?|practice|daily( work| grades?)?|summative|formative|tareas?|ex[aá]men(es)?|pruebas?|proyectos?|participaci[oó]n|hausaufgaben?|klassenarbeit(en)?|devoirs?|contr[oô]les?)$/i

/**
 * Whether all cells of a row are categories, with or without a label. `people`: the indexes of the columns
 * about people, where the row may have only a label.
 */
export function areCategories ({ cells }: SampleRow, people: readonly number[]): boolean {
  const isLabel = (cell: string) => cell.length <= LENGTH_MAX && CATEGORY_LABEL.test(cell)
  const hasLabel = cells.some(isLabel)
  const isPerson = people.some((at) => (cells[at] ?? '') !== '' && !isLabel(cells[at] ?? ''))
  const others = cells.filter((cell) => cell !== '' && !isLabel(cell))
  return !isPerson && others.length > 0 && others.every((cell) => {
    return cell.length <= LENGTH_MAX && (hasLabel ? /\p{L}/u.test(cell) : CATEGORY.test(cell))
  })
}

/** The category of each column, by its index. In the row above the header, it applies until the next one. */
export function guessCategories (
  rows: readonly SampleRow[], header: number, people: readonly number[]
): Map<number, string> {
  const near = rows.slice(Math.max(0, header - ROWS_AWAY.above), header + 1 + ROWS_AWAY.below)
  const found = near.find((row) => row !== rows[header] && areCategories(row, people))
  const categories = new Map<number, string>()
  if (found === undefined) return categories
  let last = ''
  for (const at of (rows[header]?.cells ?? []).keys()) {
    const cell = found.cells[at] ?? ''
    const own = CATEGORY_LABEL.test(cell.slice(0, LENGTH_MAX)) ? '' : cell
    if (own !== '' || found !== rows[header - 1]) last = own
    if (last !== '') categories.set(at, last)
  }
  return categories
}
