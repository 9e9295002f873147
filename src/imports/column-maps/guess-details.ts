// What a guess says about tasks besides their points: due dates in headers, and marks among the scores.
import type { DateOrder } from '../import-options.ts'
import type { ColumnChoice, ColumnMap } from './column-map.ts'
import type { SeenColumn } from './column-values.ts'
import { dateInHeader, dueDay } from './due-dates.ts'
import type { GuessedTitle } from './guess-titles.ts'

/** Most marks that a guess lists. */
const MARKS_LISTED = 20

/** A header without its due date, and that date. */
export function withoutDate (
  header: string, order: DateOrder | undefined
): { name: string } & Pick<SeenColumn, 'dueOn' | 'unclearDate'> {
  const found = dateInHeader(header)
  if (found === undefined) return { name: header }
  const dueOn = dueDay(found.date, order)
  return dueOn === undefined ? { name: header, unclearDate: found.date } : { name: found.title, dueOn }
}

/**
 * What is known about a task besides its points. `own`: its header, unchanged. `guessed`: its title and
 * category from other rows.
 */
export function detailsOf (
  { name, dueOn, unclearDate }: SeenColumn,
  { title, note = '' }: Pick<ColumnChoice, 'title' | 'note'>,
  { own, guessed }: { own: string, guessed: Partial<GuessedTitle> }
): Partial<ColumnChoice> {
  return {
    ...guessed,
    ...(title === undefined && name === own ? {} : { title: title ?? name }),
    ...(dueOn === undefined ? {} : { due_on: dueOn }),
    ...(unclearDate === undefined
      ? {}
      : { note: `${note}; the order of dates is unknown, so ${unclearDate} is not read as the due date` }),
  }
}

/**
 * The marks in columns with numbers, except for `known` ones (in lower case). As in a column map, null means
 * that the meaning is not known. Undefined: there are none.
 */
export function unknownMarks (columns: readonly SeenColumn[], known = new Set<string>()): ColumnMap['marks'] {
  const marks = new Map<string, string>()
  for (const { meaning, values } of columns) {
    const isOther = meaning.isNotUsed || meaning.isTotal || meaning.identity !== undefined
    if (values.numbers === 0 || isOther) continue
    for (const mark of values.marks) {
      const key = mark.toLowerCase()
      if (!known.has(key) && marks.size < MARKS_LISTED) marks.set(key, marks.get(key) ?? mark)
    }
  }
  return marks.size === 0 ? undefined : Object.fromEntries([...marks.values()].map((mark) => [mark, null]))
}
