import t from 'tap'
import { startTestService, type TestService } from '../../support/test-service.ts'
import { BOUNDARY, form, category, upload, left } from './upload-form.ts'

t.test('types are what the setting allows', async (t) => {
  const status = async (
    service: TestService,
    type: string,
    filename = 'a',
    value = 'x'
  ) => (await upload(service, [category, { name: 'file', value, filename, type }])).status
  const strict = await startTestService(t, { courses: [{}] })
  for (
    const [type, filename, value] of [
      ['application/pdf', 'a.pdf', '%PDF-1.7'],
      ['IMAGE/GIF', 'a.gif', 'GIF89a'],
      ['text/plain; charset=utf-8', 'a.txt', 'x'],
    ] as const
  ) {
    t.equal(await status(strict, type, filename, value), 201, type)
  }
  for (
    const type of [
      'text/html',
      'image/svg+xml',
      'application/javascript',
      'application/x-msdownload',
      'application/pdfx',
      'nonsense',
    ]
  ) t.equal(await status(strict, type), 415, type)
  const refused = await upload(strict, [category, {
    name: 'file',
    value: '<script>',
    filename: 'a.html',
    type: 'text/html',
  }])
  t.match(refused.json, {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: /^file: text\/html is not allowed. Allowed types: application\/pdf, /,
  })

  const images = await startTestService(t, {
    courses: [{}],
    settings: { FILE_TYPES_ALLOWED: 'image/*, text/csv' },
  })
  for (
    const [type, filename, expected] of [
      ['image/x-own', 'a.own', 201],
      ['text/csv', 'a.csv', 201],
      ['text/plain', 'a.txt', 415],
      ['application/pdf', 'a.pdf', 415],
    ] as const
  ) {
    t.equal(await status(images, type, filename), expected, type)
  }
  const any = await startTestService(t, { courses: [{}], settings: { FILE_TYPES_ALLOWED: '*/*' } })
  t.equal(await status(any, 'text/html', 'a.html'), 201)
  await t.rejects(startTestService(t, { settings: { FILE_TYPES_ALLOWED: 'pdf' } }), {
    message: /FILE_TYPES_ALLOWED: pdf is not a media type/,
  })
})

t.test('a file has to be what it says', async (t) => {
  for (const settings of [{}, { FILE_TYPES_ALLOWED: '*/*' }] as Array<Record<string, string>>) {
    const service = await startTestService(t, { courses: [{}], settings })
    const html = '<!DOCTYPE html><script>alert(1)</script>'
    for (
      const [filename, type] of [
        ['a.png', 'image/png'],
        ['a.html', 'image/png'],
        ['a.txt', 'text/plain'],
        ['a.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
      ] as const
    ) {
      for (
        const parts of [
          [category, { name: 'file', value: html, filename, type }],
          [{ name: 'file', value: html, filename, type }, category],
        ]
      ) {
        const answer = await upload(service, parts)
        t.match(
          answer.json,
          { statusCode: 415, code: 'UNSUPPORTED_MEDIA_TYPE', message: /^file: .*a\.\w+/ },
          filename
        )
      }
    }
    t.match(
      (await upload(service, [category, {
        name: 'file',
        value: html,
        filename: `${'n'.repeat(5000)}.png`,
        type: 'image/png',
      }])).json.message,
      /^.{1,300}$/
    )
    t.strictSame(await left(service), { kept: 0, staged: [] })
  }
})

t.test('what an import is called says nothing about what a download of it is', async (t) => {
  const service = await startTestService(t, { courses: [{ sourceId: 'c' }], withoutRunner: true })
  const response = await service.server.inject({
    method: 'POST',
    url: `/api/courses/${service.courseIds[0]}/imports`,
    headers: {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      authorization: `Bearer ${await service.token('admin')}`,
    },
    payload: form([{ name: 'file', value: '<script>', filename: 'a.html', type: 'text/html' }]),
  })
  t.equal(response.statusCode, 202)
  t.match(await service.services.files.info({ limit: 5 }), [{ content_type: 'application/octet-stream' }])
})
