// What a table of an office may be: the answer of a dry run that names no columns.
import t from 'tap'
import { OFFICE_PARTS } from '../../fill-in/office.ts'
import { startTestService } from '../../support/test-service.ts'
import { archiveOf, fillIn, fillInPath, OFFICE_COURSE } from '../../fill-in/fill-in-requests.ts'

const GUESS = { dry_run: true }

t.test('a table is guessed, and what the guess would fill in is counted', async (t) => {
  const service = await startTestService(t, { courses: [OFFICE_COURSE] })
  const task = (await service.call('GET', fillInPath(service).replace('fill-in', 'performance'))).json()
    .data_headings[0].id as number

  const guessed = async (bytes: Buffer | string, options: object = GUESS) => {
    const { job, answer } = await fillIn(service, { bytes, options })
    t.match(job, { status: 'succeeded', url: null }, JSON.stringify(job ?? answer.json))
    return job.result
  }

  await t.test('a CSV with a title: by ids of the course, whatever the heading says', async (t) => {
    const bytes = '\u{feff}Spring 2015;;;;;\r\n' +
      'Clave;Alumno;HW 1;Nota final;Puntos;Observaciones\r\n' +
      '0042;"Ames, Ann";;;;\r\n' +
      '0007;"Burr, Bo";;;;x\r\n' +
      '4711;"Noone, Nick";;;;\r\n'
    const result = await guessed(bytes)
    t.match(result, {
      counts: { matched: 2, only_in_sheet: 1, only_in_course: 2, filled: 6 },
      only_in_sheet: [{ row: 5, value: '4711' }],
      header_row: 2,
      sheet: null,
      preview: [
        {
          row: 3,
          cells: [
            { column: 'HW 1', after: '90,00' },
            { column: 'Nota final', after: '92,50' },
            { column: 'Puntos', after: '18,50' },
          ],
        },
      ],
    })
    t.strictSame(result.table, {
      sheets: [],
      sheet: null,
      header_row: 2,
      headings: ['Clave', 'Alumno', 'HW 1', 'Nota final', 'Puntos', 'Observaciones'],
      rows: [
        { row: 1, cells: ['Spring 2015', '', '', '', '', ''] },
        { row: 2, cells: ['Clave', 'Alumno', 'HW 1', 'Nota final', 'Puntos', 'Observaciones'] },
        { row: 3, cells: ['0042', 'Ames, Ann', '', '', '', ''] },
        { row: 4, cells: ['0007', 'Burr, Bo', '', '', '', 'x'] },
        { row: 5, cells: ['4711', 'Noone, Nick', '', '', '', ''] },
      ],
      match: [{ column: 'Clave', by: 'student_identifier' }],
      fill: [
        { column: 'HW 1', with: `task:${task}` },
        { column: 'Nota final', with: 'course_average' },
        { column: 'Puntos', with: 'points' },
      ],
    })
    const other = await guessed(bytes, { ...GUESS, header_row: 3 })
    t.match(other, {
      header_row: 3, counts: { matched: 0 }, table: { header_row: 3, match: [{ by: /./ }], fill: [] },
    })
    const beyond = await guessed(bytes, { ...GUESS, header_row: 9000 })
    t.match(beyond.table, { header_row: 9000, headings: [], match: [], fill: [] })
  })

  await t.test('a workbook: the sheet that fits, or the one that is named', async (t) => {
    const book = await archiveOf(t, OFFICE_PARTS)
    const result = await guessed(book)
    t.match(result, {
      sheet: 'Grades',
      header_row: 3,
      counts: { matched: 3, only_in_course: 1, filled: 1, kept: 1, formulas: 1 },
      table: {
        sheets: ['Summary', 'Grades'],
        headings: ['ID', 'Name', 'Grade', 'Letter', 'Note'],
        match: [{ column: 'ID', by: 'student_identifier' }],
        fill: [{ column: 'Grade', with: 'course_average' }],
      },
    })
    t.equal(result.table.fill.length, 1, 'without a grading scale there are no letters')
    const summary = await guessed(book, { ...GUESS, sheet: 'Summary' })
    t.match(summary, { sheet: 'Summary', counts: { matched: 0 }, table: { match: [], fill: [] } })
  })

  await t.test('columns with the same heading are not named; a full one may be filled in', async (t) => {
    const result = await guessed('ID,Grade,grade ,Total\n0042,,,7\n0007,,,8\n')
    t.match(result.table, { match: [{ column: 'ID' }], fill: [{ column: 'Total', with: 'course_average' }] })
    t.match(result.counts, { filled: 0, kept: 2 })
    const office = await guessed(
      'Matrikel-Nr.;Nachname;Vorname;Endnote %;Note\n0042;Ames;Ann;;\n0007;Burr;Bo;;\n'
    )
    t.match(office, {
      counts: { filled: 2 }, table: { fill: [{ column: 'Endnote %', with: 'course_average' }] },
    }, 'headings in German')
    t.equal(office.table.fill.length, 1, 'no column for grades without a grading scale')
    for (const [heading, cell, filled] of [
      ['Ocena', '', ['Ocena']], ['Оценка', '', ['Оценка']], ['Note (%)', '', ['Note (%)']],
      ['Voto', '', ['Voto']], ['Note', '', ['Note']], ['Note', 'moved', []], ['Remark', '', []],
    ] as const) {
      const { table } = await guessed(`ID;Name;${heading}\n0042;Ames;${cell}\n0007;Burr;\n`)
      t.strictSame(table.fill.map(({ column }: { column: string }) => column), filled, `${heading} ${cell}`)
    }
    const mails = await guessed('Person,Wer\nANN@example.edu,x\nbo@example.edu,y\n')
    t.match(mails.table, { match: [{ column: 'Person', by: 'email' }], fill: [] })
    const names = await guessed('Wer,Mark\n"Ames, Ann",\nBo Burr,\n')
    t.match(names, { counts: { filled: 2 }, table: { match: [{ column: 'Wer', by: 'name' }] } })
  })

  await t.test('only a dry run may leave columns out, and has no line in the audit log', async (t) => {
    for (const [options, message] of [
      [{}, /^options\.match: is missing/],
      [{ dry_run: false }, /^options\.match: is missing/],
      [{ dry_run: true, match: [{ column: 'ID', by: 'name' }] }, /^options\.fill: is missing/],
      [{ dry_run: true, match: [], fill: [] }, /^options\.(match|fill)/],
    ] as const) {
      const { answer } = await fillIn(service, { bytes: 'ID\n', options })
      t.match(answer, { status: 400, json: { code: 'VALIDATION_FAILED', message } })
    }
    const log = (await service.call('GET', '/api/audit?action=fill-in.request')).json()
    t.strictSame(log.entries.filter(({ outcome }: { outcome: string }) => outcome === 'done'), [])
  })

  await t.test('a wide table with long headings: the report is shorter and is kept', async (t) => {
    const long = (i: number) => `Column ${i} ${'x'.repeat(900)}`
    const headings = ['ID', ...Array.from({ length: 50 }, (_, i) => long(i))]
    const bytes = `${headings.join(',')}\n${'0042\n'}${'0007\n'}0008\n`
    const fill = headings.slice(1).map((column) => ({ column, with: 'course_average' }))
    const { job } = await fillIn(service, {
      bytes, options: { match: [{ column: 'ID', by: 'student_identifier' }], fill },
    })
    t.match(job, { status: 'succeeded', url: /./, result: { counts: { filled: 150 } } })
    const columns = Array.from({ length: 5000 }, (_, i) => `C${i}`)
    const wide = await guessed(`ID,Grade,${columns.join(',')}\n${'0042\n'}`)
    t.equal(wide.table.headings.length, 1000)
    t.match(wide, { counts: { filled: 1 }, table: { fill: [{ column: 'Grade' }] } })
  })
})
