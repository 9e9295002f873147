// What a format cannot express, counted while a file is written: the receipt of an export.
import { shorten } from '../short-text.ts'

/** Names no student, because the result of a job is kept longer than a student may be. */
export interface Receipt {
  /** What is not in the file, for example `late`. */
  code: string
  /** A sentence about all of it, without counts. */
  message: string
  /** How often, in cells, columns or rows. */
  count: number
  /** How many students it concerns. */
  students: number
  /** How many tasks it concerns. */
  tasks: number
  /** Titles of the first tasks, shortened. */
  titles: string[]
}

/** What to choose on the page of another system that imports the file. */
export interface Choice {
  /** As that page calls it, or the heading of a column. */
  field: string
  choice: string
}

/** Titles in a receipt. */
const MOST_TITLES = 20
/** Characters of all choices together: the result of a job is short. */
const MOST_OF_CHOICES = 50_000
/** Characters of a heading in a choice. */
const MOST_OF_CHOICE = 200

interface Count {
  message: string
  count: number
  /** Ids. */
  students: Set<number>
  /** Titles by id. */
  tasks: Map<number, string>
}

/** Counts what a file leaves out. */
export class Receipts {
  readonly #counts = new Map<string, Count>()

  /** Counts once that something of a student, of a task, or of both is not in the file. */
  add (
    code: string,
    message: string,
    { student, task }: { student?: { id: number }, task?: { id: number, title: string } } = {}
  ): void {
    let known = this.#counts.get(code)
    if (known === undefined) {
      known = { message, count: 0, students: new Set(), tasks: new Map() }
      this.#counts.set(code, known)
    }
    known.count++
    if (student !== undefined) known.students.add(student.id)
    if (task !== undefined && !known.tasks.has(task.id)) known.tasks.set(task.id, task.title)
  }

  /** In the order in which they first came up. */
  list (): Receipt[] {
    return Array.from(this.#counts, ([code, { message, count, students, tasks }]) => ({
      code,
      message,
      count,
      students: students.size,
      tasks: tasks.size,
      titles: Array.from(tasks.values()).slice(0, MOST_TITLES).map((title) => shorten(title)),
    }))
  }
}

/** The first choices, as many as the result of a job has room for, with shortened headings. */
export function boundedChoices (choices: readonly Choice[]): Choice[] {
  const bounded: Choice[] = []
  let length = 0
  for (const { field, choice } of choices) {
    const short = { field: shorten(field, MOST_OF_CHOICE), choice: shorten(choice, MOST_OF_CHOICE) }
    length += JSON.stringify(short).length
    if (length > MOST_OF_CHOICES) break
    bounded.push(short)
  }
  return bounded
}
