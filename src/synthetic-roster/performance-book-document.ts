import { ClassRoster, studentOf } from './class-roster.ts'
import { CATEGORIES, planCourse, schoolName, type CoursePlan } from './course-plan.ts'
import { countsOf } from './oneroster-bundle.ts'
import { classId, courseId, itemId, studentId } from './oneroster-ids.ts'
import type { SyntheticRosterCounts, SyntheticRosterOptions } from './options.ts'
import { Outcomes, type Outcome } from './outcomes.ts'
import { termFrom, type Term } from './term.ts'
import { staffOf, studentUser } from './user-rows.ts'

/**
 * One `performance-book/1` document: the first course of the first school. `counts` is right when the text
 * was read once.
 */
export function performanceBookDocument (
  options: SyntheticRosterOptions
): { text: Iterable<string>, counts: SyntheticRosterCounts } {
  const counts = countsOf({ ...options, schools: 1, courses: 1 })
  return { text: documentText(options, counts), counts }
}

function * documentText (
  options: SyntheticRosterOptions,
  counts: SyntheticRosterCounts
): Generator<string, void, void> {
  const term = termFrom(options.startsOn)
  const plan = planCourse(options, 1, 1, term)
  const roster = new ClassRoster(plan.seed, options.students, options.periods)
  const course = {
    source_id: courseId(1, 1),
    name: plan.title,
    school: schoolName(1),
    term: term.title,
    time_zone: 'America/Chicago',
    starts_on: term.startsOn,
    ends_on: term.endsOn,
    missing_counts: 'ignored',
  }
  const teachers = staffOf(plan, 1, options.periods).filter(({ role, periods }) =>
    role === 'teacher' && periods.length > 0
  )
  yield `{\n  "format": "performance-book/1",\n  "course": ${JSON.stringify(course)}`
  yield * list(
    'teachers',
    teachers.map(({ email, given, family }) => ({ email, first_name: given || null, last_name: family }))
  )
  yield * list(
    'periods',
    Array.from(
      { length: options.periods },
      (_, i) => ({ source_id: classId(1, 1, i), name: `Period ${i + 1}` })
    )
  )
  yield * list(
    'categories',
    CATEGORIES.map(({ key, title, weight }) => ({ source_id: key, name: title, weight }))
  )
  yield * list('tasks', taskObjects(plan, term))
  yield * list('students', studentObjects(options, roster, term))
  yield * list('results', resultObjects(plan, roster, term, counts))
  yield '\n}\n'
}

/** An item a line, so that a person can read and compare such documents. */
function * list (name: string, items: Iterable<object>): Generator<string, void, void> {
  yield `,\n  "${name}": [`
  let separator = '\n    '
  for (const item of items) {
    yield separator + JSON.stringify(item)
    separator = ',\n    '
  }
  yield '\n  ]'
}

function * taskObjects (plan: CoursePlan, term: Term): Generator<object, void, void> {
  for (const task of plan.tasks) {
    const { key, type } = task.category
    yield {
      source_id: itemId(1, 1, 0, task.index),
      title: task.title,
      type,
      category: key,
      due_at: term.date(task.due),
      points_possible: type === 'reading' ? null : task.pointsPossible,
    }
  }
}

function * studentObjects (
  options: SyntheticRosterOptions,
  roster: ClassRoster,
  term: Term
): Generator<object, void, void> {
  for (let i = 0; i < roster.students; i++) {
    const user = studentUser(1, i, studentOf(options.seed, 1, i, options.students))
    yield {
      source_id: user.id,
      first_name: user.given || null,
      last_name: user.family,
      student_identifier: user.identifier,
      email: user.email || null,
      period: classId(1, 1, roster.period(i)),
      dropped_on: roster.isDropped(i) ? term.date(roster.leaves(i)) : null,
    }
  }
}

function * resultObjects (
  plan: CoursePlan,
  roster: ClassRoster,
  term: Term,
  counts: SyntheticRosterCounts
): Generator<object, void, void> {
  const outcomes = new Outcomes(plan, roster)
  for (const task of plan.tasks) {
    const { type } = task.category
    for (let student = 0; student < roster.students; student++) {
      const outcome = outcomes.of(student, task)
      if (outcome === undefined) continue
      const hasScore = outcome.status === 'scored' || outcome.status === 'provisional'
      counts.results++
      if (!hasScore) counts.unscored++
      yield {
        student: studentId(1, student),
        task: itemId(1, 1, 0, task.index),
        status: statusOf(outcome, type),
        ...(hasScore && type !== 'reading' ? { points: outcome.halfPoints / 2 } : {}),
        ...(type === 'external' ? {} : exercises(outcome, task.pointsPossible, hasScore)),
        ...(outcome.isLate ? { is_late: true } : {}),
        ...(outcome.status === 'provisional' ? { is_provisional: true } : {}),
        ...(outcome.submitted < 0 ? {} : { last_worked_at: `${term.date(outcome.submitted)}T22:30:00Z` }),
      }
    }
  }
}

function statusOf ({ status }: Outcome, type: string): string {
  if (status === 'scored' || status === 'provisional') return 'completed'
  return status === 'missing' && type !== 'external' ? 'not_started' : status
}

/** A point is an exercise; half points were recovered in a second try. */
function exercises ({ halfPoints }: Outcome, count: number, hasScore: boolean): object {
  if (!hasScore) return { exercise_count: count }
  const correct = Math.min(count, Math.floor(halfPoints / 2))
  return {
    exercise_count: count,
    correct_exercise_count: correct,
    recovered_exercise_count: correct < count ? halfPoints % 2 : 0,
  }
}
