// What a guess says about tasks besides their points: due dates in headers, and marks among the scores.
import type { DateOrder } from '../import-options.ts'
import type { ColumnChoice, ColumnMap } from './column-map.ts'
import type { SeenColumn } from './column-values.ts'
import { dateInHeader, dueDay } from './due-dates.ts'
import type { GuessedTitle } from './guess-titles.ts'

/** Most marks that a guess lists. */
const MARKS_LISTED = 20

/** A header without its due date. */
export function withoutDate (
  header: string, order: DateOrder | undefined
): { name: string } & Pick<SeenColumn, 'dueOn' | 'unclearDate'> {
  const found = dateInHeader(header)
  if (found === undefined) return { name: header }
  const dueOn = dueDay(found.date, order)
  return dueOn === undefined ? { name: header, unclearDate: found.date } : { name: found.title, dueOn }
}

/** What is known of a task besides its points. `own`: its header as it is; `guessed`: by other rows. */
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
      : { note: `${note}; without an order of dates, ${unclearDate} is not read as the due date` }),
  }
}

/** The marks that no one has explained yet, in columns with numbers. Undefined: there are none. */
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
