// Which classes are one course. This is decided when a class is first seen; afterwards the class stays in its
// course.
import type { RosterRecord } from '../../../db/sqlite/staging/records.ts'
import type { Row } from '../../../db/tables.ts'
import type { ImportRun } from '../import-run.ts'
import type { ClassBody, EnrollmentBody } from './roster-files.ts'

export interface RosterCourse {
  number: number
  live: Row<'courses'> | null
  sourceId: string
  /** In order. */
  classes: RosterRecord[]
}

/**
 * What classes must have in common to be one course: OneRoster course, school and terms. A class without a
 * course is a course of its own.
 */
export function groupingOf (record: RosterRecord): string {
  const [, terms] = JSON.parse(record.body) as ClassBody
  return JSON.stringify(
    record.parent === null ? [null, record.source_id] : [record.parent, record.other, terms.toSorted()]
  )
}

type IsActive = (enrollment: EnrollmentBody, terms: string[]) => boolean

/** Groups the classes in staging, in order. `isActive` says whether a teacher's enrollment counts. */
export function groupClasses (run: ImportRun, isActive: IsActive): RosterCourse[] {
  const { staging } = run
  const courses: RosterCourse[] = []
  const byLive = new Map<number, RosterCourse>()
  const byKey = new Map<string, RosterCourse>()
  const added: KeyedClass[] = []
  for (const record of staging.records.ofKind('class')) {
    if (record.is_deleted === 1) continue
    const keys = teachersOf(record, run, isActive).map((teacher) => `${groupingOf(record)} ${teacher}`)
    const live = staging.live.courseOfClass(record.source_id) ?? staging.live.courseBySource(record.source_id)
    if (live === undefined) {
      added.push({ record, keys })
      continue
    }
    let course = byLive.get(live.id)
    if (course === undefined) {
      course = { number: run.newCourse(), live, sourceId: live.source_id, classes: [] }
      byLive.set(live.id, course)
      courses.push(course)
    }
    course.classes.push(record)
    for (const key of keys) if (!byKey.has(key)) byKey.set(key, course)
  }
  for (const { first, all } of connected(added)) {
    let course = all.flatMap(({ keys }) => keys).map((key) => byKey.get(key)).find((one) => one !== undefined)
    if (course === undefined) {
      course = { number: run.newCourse(), live: null, sourceId: first.record.source_id, classes: [] }
      courses.push(course)
    }
    course.classes.push(...all.map(({ record }) => record))
  }
  for (const course of courses) course.classes.sort((a, b) => a.ord - b.ord)
  return courses
}

function teachersOf (record: RosterRecord, { staging }: ImportRun, isActive: IsActive): string[] {
  const [, terms] = JSON.parse(record.body) as ClassBody
  return staging.records.ofParent('enrollment', record.source_id).flatMap(({ other: userId, body }) => {
    const enrollment = JSON.parse(body) as EnrollmentBody
    if (enrollment[0] !== 'teacher' || userId === null || !isActive(enrollment, terms)) return []
    return staging.records.find('user', userId)?.is_deleted === 0 ? [userId] : []
  })
}

/** A class with what it may have in common with others. */
interface KeyedClass {
  record: RosterRecord
  keys: string[]
}

interface Node {
  item: KeyedClass
  order: number
  parent: Node | null
}

/**
 * Groups classes that have a key in common, directly or through others (union-find). Groups are in the
 * order of their first class.
 */
function connected (items: KeyedClass[]): Array<{ first: KeyedClass, all: KeyedClass[] }> {
  const nodes = items.map((item, order): Node => ({ item, order, parent: null }))
  const firstOf = new Map<string, Node>()
  for (const node of nodes) {
    for (const key of node.item.keys) {
      const first = firstOf.get(key)
      if (first === undefined) firstOf.set(key, node)
      else join(rootOf(first), rootOf(node))
    }
  }
  const groups = new Map<Node, { first: KeyedClass, all: KeyedClass[] }>()
  for (const node of nodes) {
    const root = rootOf(node)
    const group = groups.get(root)
    if (group === undefined) groups.set(root, { first: node.item, all: [node.item] })
    else group.all.push(node.item)
  }
  return [...groups.values()]
}

function rootOf (node: Node): Node {
  let root = node
  while (root.parent !== null) root = root.parent
  // Keeps the paths short.
  let at = node
  while (at.parent !== null && at.parent !== root) {
    const next = at.parent
    at.parent = root
    at = next
  }
  return root
}

function join (a: Node, b: Node): void {
  if (a === b) return
  if (a.order < b.order) b.parent = a
  else a.parent = b
}
