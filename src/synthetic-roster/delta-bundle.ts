import { bundleFiles, type BundleFile, type BundleRows } from './bundle-files.ts'
import { ClassRoster, studentOf } from './class-roster.ts'
import { planCourse } from './course-plan.ts'
import { csvRow } from '../csv-row.ts'
import type { OneRosterVersion } from './oneroster-columns.ts'
import { classId, enrollmentId, orgId } from './oneroster-ids.ts'
import type { SyntheticRosterOptions } from './options.ts'
import { Outcomes, type Outcome } from './outcomes.ts'
import { ResultRows } from './result-rows.ts'
import { SeededRandom, seedFor } from './seeded-random.ts'
import { TERM_DAYS, termFrom } from './term.ts'
import { roleRow, studentUser, userRow } from './user-rows.ts'

const CHANGED_SCORES = 20

/** What a delta bundle changes in the bulk bundle of the same options. */
export interface DeltaCounts {
  changedScores: number
  addedStudents: number
  deletedResults: number
}

/**
 * A delta bundle: in the first course, other scores for up to twenty results, one deleted result, and a new
 * student with results of the first three tasks. Everything else that it refers to is only in the bulk
 * bundle.
 */
export function deltaBundle (
  options: SyntheticRosterOptions,
  version: OneRosterVersion
): { files: BundleFile[], counts: DeltaCounts } {
  const term = termFrom(options.startsOn)
  const plan = planCourse(options, 1, 1, term)
  const roster = new ClassRoster(plan.seed, options.students + 1, options.periods)
  const outcomes = new Outcomes(plan, roster)
  const results = new ResultRows(version, plan, term)
  const random = new SeededRandom(seedFor(options.seed, 5))
  const modified = `${term.date(TERM_DAYS + 1)}T08:00:00.000Z`
  const change = ['active', modified] as const
  const counts: DeltaCounts = { changedScores: 0, addedStudents: 1, deletedResults: 0 }
  const resultRows: string[] = []

  const cells = new Set<string>()
  for (let tries = 0; tries < 10 * CHANGED_SCORES && counts.changedScores < CHANGED_SCORES; tries++) {
    const [student, index] = [random.below(options.students), random.below(options.tasks)]
    const task = plan.tasks[index]
    if (options.students === 0 || task === undefined || cells.has(`${student} ${index}`)) continue
    const outcome = outcomes.of(student, task)
    if (outcome?.status !== 'scored') continue
    cells.add(`${student} ${index}`)
    const period = roster.periodAt(student, task.due)
    if (counts.deletedResults === 0) {
      resultRows.push(results.row(student, task, period, outcome, `tobedeleted,${modified}`))
      counts.deletedResults++
    } else {
      const halfPoints = outcome.halfPoints >= 2 ? outcome.halfPoints - 2 : outcome.halfPoints + 2
      resultRows.push(results.row(student, task, period, { ...outcome, halfPoints }, change.join(',')))
      counts.changedScores++
    }
  }

  const newcomer = options.students
  const period = roster.period(newcomer)
  const person = { ...studentOf(options.seed, 1, newcomer, options.students), identifier: '0000007' }
  const user = studentUser(1, newcomer, person)
  for (const task of plan.tasks.slice(0, 3)) {
    const halfPoints = 2 * task.pointsPossible
    const outcome: Outcome = {
      status: 'scored', halfPoints, isLate: false, submitted: TERM_DAYS, bits: 0x100,
    }
    resultRows.push(results.row(newcomer, task, period, outcome, change.join(',')))
  }
  const enrollment = [
    enrollmentId(1, 1, newcomer), ...change, classId(1, 1, period), orgId(1), user.id, 'student', 'false',
    term.startsOn, '',
  ]
  const rows: BundleRows = [
    ['users', () => [userRow(version, user, change)]],
    ['enrollments', () => [csvRow(enrollment)]],
    ['results', () => resultRows],
  ]
  if (version === '1.2') rows.splice(1, 0, ['roles', () => [roleRow(user, change)]])
  return { counts, files: bundleFiles(version, 'delta', rows) }
}
