// A person may be stored twice under two source ids: export and erasure say so, and touch the one alone.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { enrollment, user } from '../imports/bundles.ts'
import { peopleWorld, schoolWithCyd } from './people.ts'

/** Students of Art, each with one thing in common with Cyd, and one with nothing but digits. */
const OTHERS = {
  zeros: user('zeros', 'Zed', 'Ross', '77'),
  'same-name': user('same-name', 'CYDWINA', ' ortizova', 'S-2'),
  case: user('case', 'Cas', 'Eno', 'S-3', { username: '00CYD.Ort' }),
  mail: user('mail', 'Mai', 'Lee', 'S-4', { email: 'CYDWINA.o@Example.edu' }),
  '000077': user('000077', 'Ida', 'Dee', 'S-5'),
  other: user('other', 'Cydwina', 'Ortiz', '7700', { username: '0770' }),
}

function school () {
  const tables = schoolWithCyd()
  tables['users'] = [
    ...tables['users']!.map((row) =>
      row['sourcedId'] === 'u-cyd-77' ? { ...row, identifier: '0077', username: 'cyd.ort' } : row
    ),
    ...Object.values(OTHERS),
  ]
  tables['enrollments']!.push(...Object.keys(OTHERS).map((id) => enrollment(`e-${id}`, 'a1', id)))
  return tables
}

t.test('0077 and 77, another case, the same name: a notice, no export and no erasure', async (t) => {
  const world = await peopleWorld(t, school())
  const alike = ['000077', 'case', 'mail', 'same-name', 'zeros']
  const exported = await world.run(['student', 'export', '0077'])
  t.equal(exported.status, 0, exported.stderr)
  const data = JSON.parse(exported.stdout) as {
    perhaps_the_same: Array<{ course_id: number, course: string, source_id: string }>,
  }
  t.strictSame(data.perhaps_the_same.map((row) => row.source_id).sort(), alike)
  t.match(data.perhaps_the_same, alike.map(() => ({ course: 'Art', course_id: Number })))
  t.notMatch(exported.stdout, /Zed|Ross|S-[2-5]/, 'who they are is not in it')
  t.match(
    exported.stderr,
    /^Possibly the same person under another source id: .* Their data is not in this export\.\n/
  )
  for (const id of alike) t.match(exported.stderr, `  ${id}  in Art\n`)
  t.notMatch(exported.stderr, /other {2}in/)

  const before = (await world.books())[1]!.students.map(({ who }) => who)
  const erased = await world.run(['student', 'erase', '0077', '--yes'])
  t.match(erased, { status: 0, stderr: /Possibly the same person .* These will not be erased\.\n/ })
  for (const id of alike) t.match(erased.stderr, `  ${id}  in Art\n`)
  t.strictSame(
    (await world.books())[1]!.students.map(({ who }) => who),
    before.filter((who) => who !== 'Cydwina Ortizova'),
    'one row went'
  )
  t.match(
    await world.run(['student', 'export', 'zeros']),
    { status: 0, stderr: /^Possibly[^]* 000077 / },
    'the others stay alike'
  )
  t.match(await world.run(['student', 'export', 'other']), { status: 0, stderr: '' })
})

t.test('courses without a roster count their students on their own', async (t) => {
  const world = await peopleWorld(t, null)
  for (
    const [id, first, identifier] of [['one', 'Ann', 'A-1'], ['two', 'Bob', 'B-1'], [
      'three',
      'Cid',
      'a-1',
    ]] as const
  ) {
    const file = join(world.folder, `${id}.json`)
    writeFileSync(
      file,
      JSON.stringify({
        format: 'performance-book/1',
        course: { source_id: id, name: id },
        categories: [],
        tasks: [],
        students: [{ source_id: '7', first_name: first, last_name: 'Ames', student_identifier: identifier }],
      })
    )
    t.match(await world.import(file), { ok: true })
  }
  const exported = await world.run(['student', 'export', 'A-1'])
  t.match(JSON.parse(exported.stdout), { perhaps_the_same: [{ course: 'three', source_id: '7' }] })
  t.match(exported.stderr, /\n {2}7 {2}in three\n$/)
})
