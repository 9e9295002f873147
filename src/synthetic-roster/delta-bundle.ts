import { ClassRoster, studentOf } from './class-roster.ts'
import { planCourse } from './course-plan.ts'
import { csvRow } from './csv-row.ts'
import { withHeader, type BundleFile } from './oneroster-bundle.ts'
import { COLUMNS, manifest, type OneRosterFile, type OneRosterVersion } from './oneroster-columns.ts'
import { classId, enrollmentId, orgId } from './oneroster-ids.ts'
import type { SyntheticRosterOptions } from './options.ts'
import { Outcomes } from './outcomes.ts'
import { ResultRows } from './result-rows.ts'
import { SeededRandom, seedFor } from './seeded-random.ts'
import { TERM_DAYS, termFrom } from './term.ts'
import { roleRow, studentUser, userRow } from './user-rows.ts'

const CHANGED_SCORES = 20

/** What a delta bundle does to the bulk one of the same options. */
export interface DeltaCounts {
  changedScores: number
  addedStudents: number
  deletedResults: number
}

/**
 * A delta bundle: in the first course other scores for up to twenty results, one result deleted, and a new
 * student with results of the first three tasks. What it refers to beyond that is in the bulk bundle only.
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
    const [student, task] = [random.below(options.students), random.below(options.tasks)]
    if (options.students === 0 || options.tasks === 0 || cells.has(`${student} ${task}`)) continue
    const outcome = outcomes.of(student, task)
    if (outcome?.status !== 'scored') continue
    cells.add(`${student} ${task}`)
    const period = roster.periodAt(student, plan.tasks[task]!.due)
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
  const period = roster.period[newcomer]!
  const user = studentUser(1, newcomer, {
    ...studentOf(options.seed, 1, newcomer, options.students),
    identifier: '0000007',
  })
  for (let task = 0; task < Math.min(3, options.tasks); task++) {
    const halfPoints = 2 * plan.tasks[task]!.pointsPossible
    resultRows.push(
      results.row(newcomer, task, period, {
        status: 'scored',
        halfPoints,
        isLate: false,
        submitted: TERM_DAYS,
        bits: 0x100,
      }, change.join(','))
    )
  }
  const rows: Partial<Record<OneRosterFile, string[]>> = {
    users: [userRow(version, user, change)],
    ...(version === '1.2' ? { roles: [roleRow(user, change)] } : {}),
    enrollments: [csvRow([
      enrollmentId(1, 1, newcomer),
      ...change,
      classId(1, 1, period),
      orgId(1),
      user.id,
      'student',
      'false',
      term.startsOn,
      '',
    ])],
    results: resultRows,
  }
  const names = Object.keys(rows) as OneRosterFile[]
  return {
    counts,
    files: [
      { name: 'manifest.csv', text: [manifest(version, 'delta', names)] },
      ...names.map((name) => ({
        name: `${name}.csv`,
        text: withHeader(COLUMNS[version][name]!, () => rows[name]!),
      })),
    ],
  }
}
