// What the command line says about a table in no known format, and the file with its guessed column map.
import { writeFileSync } from 'node:fs'
import { counted } from '../../counted.ts'
import type { ColumnMap } from '../../imports/column-maps/column-map.ts'
import { MARK_MEANINGS } from '../../imports/column-maps/map-values.ts'
import type { TableGuess } from '../../imports/column-maps/table-guess.ts'
import { shorten } from '../../short-text.ts'
import type { CommandContext } from './context.ts'
import { failed } from './failures.ts'
import { givenPath } from './given-path.ts'
import { oneLine } from './printer.ts'
import { textTable } from './table.ts'

/** What the table looks like, and the guessed use of each column. */
export function guessText ({ map, students, isRemembered }: TableGuess): string {
  const { columns, header_row: header, points_row: points, due_row: due } = map
  const hasDays = columns.some(({ due_on: dueOn }) => dueOn !== undefined)
  const tasks = columns.filter(({ use }) => use === 'task').length
  const rows = columns.map(({ column, title, use, points_possible: possible, due_on: dueOn, note }) => [
    oneLine(`${shorten(String(column))}${title === undefined ? '' : ` (${shorten(title)})`}`),
    use,
    possible === undefined ? '' : String(possible ?? 'none'),
    ...(hasDays ? [dueOn ?? ''] : []),
    note ?? '',
  ])
  const size = `${counted(students, 'student')} and ${counted(tasks, 'assignment')}`
  const whose = isRemembered === true ? 'The column map remembered for the course' : 'A guess'
  const head = `This looks like a table of ${size}. Its header is in row ${header}${
    points == null ? '' : `, its points possible are in row ${points}`
  }${due == null ? '' : `, its due dates are in row ${due}`}. ${whose}:\n`
  const titles = ['COLUMN', 'USE', 'POINTS', ...(hasDays ? ['DUE'] : []), 'WHY']
  return head + textTable([titles, ...rows]) + marksText(map)
}

/** A sentence about the marks whose meaning is not known; blank if there are none. */
function marksText ({ marks = {} }: ColumnMap): string {
  const unknown = Object.entries(marks).flatMap(([mark, meaning]) => meaning === null ? [mark] : [])
  if (unknown.length === 0) return ''
  const shown = oneLine(unknown.map((mark) => `"${shorten(mark)}"`).join(', '))
  return `Marks among the scores: ${shown}. Give the meaning of each in "marks" of the map: ` +
    `${MARK_MEANINGS.join(', ')}.\n`
}

/**
 * Writes the guessed or remembered map to a new file. Throws a UserError if the file exists, or if no map is
 * needed (`guess` is undefined).
 */
export function writeGuess (guess: TableGuess | undefined, file: string, context: CommandContext): void {
  if (guess === undefined) {
    throw failed('These files can be imported without a column map, so none was written.')
  }
  try {
    writeFileSync(givenPath(context, file), `${JSON.stringify(guess.map, null, 2)}\n`, { flag: 'wx' })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw failed(code === 'EEXIST'
      ? `${file} exists already; choose another name for the map.`
      : `${file} cannot be written (${code}).`)
  }
  context.stdout.write(guessText(guess))
  context.stderr.write(
    `The map was written to ${file}. Check it, then import with --map ${file}. Nothing was imported.\n`
  )
}
