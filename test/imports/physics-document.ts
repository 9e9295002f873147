import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { showErrors, type World } from './bundles.ts'

let documents = 0

export async function take (world: World, document: unknown, options = {}) {
  const file = join(world.folder, `book-${++documents}.json`)
  writeFileSync(
    file,
    typeof document === 'string' || Buffer.isBuffer(document) ? document : JSON.stringify(document)
  )
  return await world.import(file, options)
}

export async function refused (world: World, document: unknown, options = {}): Promise<string[]> {
  return showErrors(await take(world, document, options)).map((text) => text.replace(/^book-\d+\.json:/, ''))
}

export function physics () {
  return {
    format: 'performance-book/1',
    course: {
      source_id: 'phys-1',
      name: 'Physics I',
      school: 'Lakeview',
      term: 'Spring 2015',
      time_zone: 'America/Chicago',
      starts_on: '2015-01-12',
      ends_on: '2015-05-29',
      missing_counts: 'ignored',
    },
    teachers: [{ email: 'Ted@Example.edu', first_name: 'Ted', last_name: 'Mayer' }],
    periods: [{ source_id: 'p1', name: '1st' }, { source_id: 'p2', name: '2nd' }],
    categories: [{ source_id: 'hw', name: 'Homework', weight: 0.6 }, {
      source_id: 'rd',
      name: 'Reading',
      weight: 0.4,
    }],
    tasks: [
      {
        source_id: 'hw1',
        title: 'HW 1',
        type: 'homework',
        category: 'hw',
        due_at: '2015-03-15T23:59:00-05:00',
        points_possible: 9,
        withdrawn: false,
      },
      { source_id: 'rd1', title: 'Ch 1', type: 'reading', category: 'rd', due_at: '2015-03-20' },
      { source_id: 'old', title: 'Old', type: 'homework', category: 'hw', withdrawn: true },
    ],
    students: [
      {
        source_id: 's1',
        first_name: 'Ann',
        last_name: 'Lee',
        student_identifier: '0042',
        email: 'ann@example.edu',
        period: 'p1',
        dropped_on: null as string | null,
      },
      {
        source_id: 's2',
        first_name: 'Bob',
        last_name: 'Ng',
        student_identifier: null,
        email: null,
        period: 'p2',
        dropped_on: '2015-02-01',
      },
      { source_id: 's3' },
    ],
    results: [
      {
        student: 's1',
        task: 'hw1',
        status: 'completed',
        points: 7,
        exercise_count: 9,
        correct_exercise_count: 5,
        recovered_exercise_count: 1,
        is_late: true,
        is_provisional: true,
        last_worked_at: '2015-03-15T20:00:00-05:00',
      },
      {
        student: 's1',
        task: 'rd1',
        status: 'in_progress',
        points: 7,
        exercise_count: 8,
        correct_exercise_count: 6,
        last_worked_at: '2015-03-16',
      },
      { student: 's2', task: 'hw1', status: 'exempt', points: 3 },
      { student: 's3', task: 'old', status: 'completed', points: 3 },
      { student: 's3', task: 'hw1', status: 'missing' },
    ] as Array<Record<string, unknown>>,
  }
}
