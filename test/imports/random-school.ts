// A school that changes at random, as bulk bundles and as deltas.
import { enrollment, result, school, user, type TableRow, type Tables } from './bundles.ts'

/** A course of three periods, twelve students and six tasks. */
export function larger (): Tables {
  const tables = school()
  tables.classes!.push({ ...tables.classes![0]!, sourcedId: 'p3', title: 'Period 3' })
  tables.enrollments!.push(enrollment('e-t3', 'p3', 'ted', 'teacher'))
  for (let i = 0; i < 9; i++) {
    tables.users!.push(user(`u${i}`, `Given ${i}`, `Family ${i % 4}`, `00${i}`))
    tables.enrollments!.push(enrollment(`e-u${i}`, `p${1 + i % 3}`, `u${i}`))
  }
  for (const period of [1, 2, 3]) {
    for (let n = 3; n < 7; n++) {
      tables.lineItems!.push({
        ...tables.lineItems![0]!,
        sourcedId: `li${n}-p${period}`,
        title: `HW ${n}`,
        dueDate: `2026-03-0${n}`,
        classSourcedId: `p${period}`,
        categorySourcedId: n % 2 === 0 ? 'k1' : 'k2',
      })
      for (let i = 0; i < 9; i++) {
        if (1 + i % 3 === period) {
          tables.results!.push(result(`r-${n}-${i}`, `li${n}-p${period}`, `u${i}`, (n * i) % 11))
        }
      }
    }
  }
  return tables
}

/**
 * Changes some rows, adds some, takes some away. Results that lose their line item or their enrolled student
 * go as well.
 */
export function change (tables: Tables, next: () => number, round: number): Tables {
  const after: Tables = structuredClone(tables)
  const pick = (name: string) => after[name]![Math.floor(next() * after[name]!.length)]!
  const students = () => after.enrollments!.filter((row) => row.role === 'student')
  const anyStudent = () => students()[Math.floor(next() * students().length)]!
  const anyClass = () => String(pick('classes').sourcedId)
  for (let n = 0; n < 4; n++) {
    switch (Math.floor(next() * 12)) {
      case 0:
      case 1:
        pick('results').score = Math.floor(next() * 11)
        break
      case 2:
        after.results!.splice(Math.floor(next() * after.results!.length), 1)
        break
      case 3: {
        const item = pick('lineItems')
        const person = anyStudent().userSourcedId!
        // Only one result for each task: which of two is left when one goes, a delta cannot know.
        const likes = after.lineItems!.filter((row) => row.title === item.title).map((row) => row.sourcedId)
        after.results = after.results!.filter((row) =>
          !(likes.includes(row.lineItemSourcedId!) && row.studentSourcedId === person)
        )
        after.results.push(
          result(`new-${round}-${n}`, String(item.sourcedId), String(person), Math.floor(next() * 11))
        )
        break
      }
      case 4: {
        const id = `n${round}-${n}`
        after.users!.push(user(id, `New ${round}`, `Student ${n}`, ''))
        after.enrollments!.push(enrollment(`e-${id}`, anyClass(), id))
        break
      }
      case 5:
        anyStudent().classSourcedId = anyClass()
        break
      case 6:
        anyStudent().endDate = next() < 0.5 ? '2026-02-01' : ''
        break
      case 7:
        pick('lineItems').dueDate = `2026-04-0${1 + Math.floor(next() * 3)}`
        break
      case 8: {
        const item = pick('lineItems')
        item.resultValueMin = Math.floor(next() * 3)
        item.resultValueMax = 10 + Math.floor(next() * 3)
        break
      }
      case 9:
        pick('users').familyName = `Other ${round}`
        break
      case 10:
        pick('categories').title = `Category ${Math.floor(next() * 3)}`
        break
      default: {
        const gone = next() < 0.5 ? pick('lineItems') : undefined
        if (gone === undefined) after.enrollments = after.enrollments!.filter((row) => row !== anyStudent())
        else {
          after.lineItems = after.lineItems!.filter((row) => row !== gone)
          after.results = after.results!.filter((row) => row.lineItemSourcedId !== gone.sourcedId)
        }
      }
    }
  }
  return after
}

/** The rows in which two states differ; what is gone is to be deleted. */
export function difference (before: Tables, after: Tables): Tables {
  const delta: Tables = {}
  for (const name of Object.keys(after)) {
    const old = new Map(before[name]!.map((row) => [row.sourcedId, row]))
    const rows: TableRow[] = []
    for (const row of after[name]!) {
      if (JSON.stringify(old.get(row.sourcedId!)) !== JSON.stringify(row)) {
        rows.push({ ...row, status: 'active' })
      }
      old.delete(row.sourcedId!)
    }
    for (const row of old.values()) rows.push({ ...row, status: 'tobedeleted' })
    if (rows.length > 0) delta[name] = rows
  }
  return delta
}
