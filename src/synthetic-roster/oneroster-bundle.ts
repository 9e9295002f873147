import { bundleFiles, type BundleFile, type BundleRows } from './bundle-files.ts'
import { ClassRoster, studentOf } from './class-roster.ts'
import { CATEGORIES, planCourse, schoolName, type CoursePlan } from './course-plan.ts'
import { csvRow } from '../csv-row.ts'
import type { OneRosterVersion } from './oneroster-columns.ts'
import {
  categoryId,
  classId,
  courseId,
  DISTRICT,
  enrollmentId,
  itemId,
  orgId,
  SCHOOL_YEAR,
  studentId,
  TERM,
} from './oneroster-ids.ts'
import type { SyntheticRosterCounts, SyntheticRosterOptions } from './options.ts'
import { Outcomes } from './outcomes.ts'
import { ResultRows } from './result-rows.ts'
import { TERM_DAYS, termFrom, type Term } from './term.ts'
import { roleRow, staffOf, studentUser, userRow } from './user-rows.ts'

/**
 * A bulk bundle, file by file. `counts` grows while results.csv is read, and is correct after it was read
 * once.
 */
export function oneRosterBundle (
  options: SyntheticRosterOptions,
  version: OneRosterVersion
): { files: BundleFile[], counts: SyntheticRosterCounts } {
  const term = termFrom(options.startsOn)
  const counts = countsOf(options)
  const rows: BundleRows = [
    ['academicSessions', () => academicSessionRows(term)],
    ['orgs', () => orgRows(options)],
    ['courses', () => eachCourse(options, term, courseRow)],
    ['classes', () => eachCourse(options, term, (plan) => classRows(plan, options))],
    ['users', () => userRows(options, term, version)],
    ['enrollments', () => enrollmentRows(options, term)],
    ['categories', () => categoryRows(version)],
    ['lineItems', () => eachCourse(options, term, (plan) => itemRows(plan, options, term, version))],
    ['results', () => resultRows(options, term, version, counts)],
  ]
  if (version === '1.2') rows.splice(5, 0, ['roles', () => roleRows(options, term)])
  return { counts, files: bundleFiles(version, 'bulk', rows) }
}

function categoryRows (version: OneRosterVersion): string[] {
  return CATEGORIES.map(({ key, title, weight }) => {
    return csvRow([categoryId(key), '', '', title, ...(version === '1.2' ? [weight] : [])])
  })
}

export function countsOf (options: SyntheticRosterOptions): SyntheticRosterCounts {
  const courses = options.schools * options.courses
  return {
    schools: options.schools,
    courses,
    periods: courses * options.periods,
    students: options.schools * options.students,
    tasks: courses * options.tasks,
    results: 0,
    unscored: 0,
  }
}

function * eachCourse (
  options: SyntheticRosterOptions,
  term: Term,
  rows: (plan: CoursePlan) => Iterable<string>
): Generator<string, void, void> {
  for (let school = 1; school <= options.schools; school++) {
    for (let course = 1; course <= options.courses; course++) {
      yield * rows(planCourse(options, school, course, term))
    }
  }
}

function academicSessionRows (term: Term): string[] {
  return [
    csvRow([
      SCHOOL_YEAR,
      '',
      '',
      `School year ${term.schoolYear - 1}/${term.schoolYear}`,
      'schoolYear',
      term.date(-200),
      term.date(TERM_DAYS + 150),
      '',
      term.schoolYear,
    ]),
    csvRow([TERM, '', '', term.title, 'term', term.startsOn, term.endsOn, SCHOOL_YEAR, term.schoolYear]),
  ]
}

function * orgRows ({ schools }: SyntheticRosterOptions): Generator<string, void, void> {
  yield csvRow([DISTRICT, '', '', 'Example Unified School District', 'district', 'D001', ''])
  for (let school = 1; school <= schools; school++) {
    yield csvRow([
      orgId(school),
      '',
      '',
      schoolName(school),
      'school',
      `S${String(school).padStart(3, '0')}`,
      DISTRICT,
    ])
  }
}

function courseRow (plan: CoursePlan): string[] {
  return [
    csvRow([
      courseId(plan.school, plan.course),
      '',
      '',
      SCHOOL_YEAR,
      plan.title,
      plan.code,
      '',
      orgId(plan.school),
      '',
      '',
    ]),
  ]
}

function * classRows (
  { school, course, title, code }: CoursePlan,
  { periods }: SyntheticRosterOptions
): Generator<string, void, void> {
  for (let period = 0; period < periods; period++) {
    const name = periods === 1 ? title : `${title} – Period ${period + 1}`
    yield csvRow([
      classId(school, course, period),
      '',
      '',
      name,
      '',
      courseId(school, course),
      `${code}-${period + 1}`,
      'scheduled',
      '',
      orgId(school),
      TERM,
      '',
      '',
      period + 1,
    ])
  }
}

function * userRows (
  options: SyntheticRosterOptions,
  term: Term,
  version: OneRosterVersion
): Generator<string, void, void> {
  yield * eachCourse(
    options,
    term,
    (plan) => staffOf(plan, options.courses, options.periods).map((user) => userRow(version, user))
  )
  for (let school = 1; school <= options.schools; school++) {
    for (let i = 0; i < options.students; i++) {
      yield userRow(version, studentUser(school, i, studentOf(options.seed, school, i, options.students)))
    }
  }
}

function * roleRows (options: SyntheticRosterOptions, term: Term): Generator<string, void, void> {
  yield * eachCourse(
    options,
    term,
    (plan) => staffOf(plan, options.courses, options.periods).map((user) => roleRow(user))
  )
  for (let school = 1; school <= options.schools; school++) {
    for (let i = 0; i < options.students; i++) {
      yield roleRow(studentUser(school, i, studentOf(options.seed, school, i, options.students)))
    }
  }
}

function enrollmentRows (options: SyntheticRosterOptions, term: Term): Iterable<string> {
  return eachCourse(options, term, function * (plan) {
    const { school, course } = plan
    for (const staff of staffOf(plan, options.courses, options.periods)) {
      for (const period of staff.periods) {
        yield csvRow([
          `enr-${staff.id}-${period + 1}`,
          '',
          '',
          classId(school, course, period),
          orgId(school),
          staff.id,
          staff.role,
          String(staff.isPrimary),
          '',
          '',
        ])
      }
    }
    const roster = new ClassRoster(plan.seed, options.students, options.periods)
    for (let i = 0; i < roster.students; i++) {
      const row = (id: string, period: number, begin: number, end: string): string =>
        csvRow([
          id,
          '',
          '',
          classId(school, course, period),
          orgId(school),
          studentId(school, i),
          'student',
          'false',
          term.date(begin),
          end,
        ])
      const id = enrollmentId(school, course, i)
      if (roster.hasMoved(i)) {
        yield row(`${id}-old`, roster.firstPeriod(i), roster.joins(i), term.date(roster.moves(i) - 1))
        yield row(id, roster.period(i), roster.moves(i), '')
      } else {
        const end = roster.isDropped(i) ? term.date(roster.leaves(i) - 1) : ''
        yield row(id, roster.period(i), roster.joins(i), end)
      }
    }
  })
}

function * itemRows (
  plan: CoursePlan,
  { periods }: SyntheticRosterOptions,
  term: Term,
  version: OneRosterVersion
): Generator<string, void, void> {
  const { school, course } = plan
  for (let period = 0; period < periods; period++) {
    for (const task of plan.tasks) {
      yield csvRow([
        itemId(school, course, period, task.index),
        '',
        '',
        task.title,
        '',
        term.date(task.assigned),
        term.date(task.due),
        classId(school, course, period),
        categoryId(task.category.key),
        TERM,
        0,
        task.pointsPossible,
        ...(version === '1.2' ? [orgId(school)] : []),
      ])
    }
  }
}

/** Class by class, and in a class task by task, as grade books write them. */
function resultRows (
  options: SyntheticRosterOptions,
  term: Term,
  version: OneRosterVersion,
  counts: SyntheticRosterCounts
): Iterable<string> {
  return eachCourse(options, term, function * (plan) {
    const roster = new ClassRoster(plan.seed, options.students, options.periods)
    const outcomes = new Outcomes(plan, roster)
    const rows = new ResultRows(version, plan, term)
    for (let period = 0; period < options.periods; period++) {
      const members = roster.members(period)
      for (const task of plan.tasks) {
        for (const student of members) {
          if (roster.periodAt(student, task.due) !== period) continue
          const outcome = outcomes.of(student, task)
          if (outcome === undefined) continue
          counts.results++
          if (outcome.status !== 'scored' && outcome.status !== 'provisional') counts.unscored++
          yield rows.row(student, task, period, outcome)
        }
      }
    }
  })
}
