import { readdirSync } from 'node:fs'
import { storedCount } from '../../support/stored-file.ts'
import { type TestService } from '../../support/test-service.ts'

export const BOUNDARY = 'a-boundary'

export interface Part {
  name: string
  value: string | Buffer
  filename?: string
  type?: string
}

export function form (parts: Part[]): Buffer {
  return Buffer.concat([
    ...parts.flatMap(({ name, value, filename, type }) => [
      Buffer.from(
        `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${
          filename === undefined ? '' : `; filename="${filename}"`
        }\r\n${type === undefined ? '' : `content-type: ${type}\r\n`}\r\n`
      ),
      Buffer.from(value),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ])
}

/** Begins as a PDF does; `value` is what follows. */
export const pdf = (value: string | Buffer, filename = 'syllabus.pdf'): Part => (
  {
    name: 'file',
    value: Buffer.concat([Buffer.from('%PDF-'), Buffer.from(value)]),
    filename,
    type: 'application/pdf',
  }
)
export const category: Part = { name: 'category', value: 'syllabus' }

export async function upload (
  service: TestService,
  parts: Part[] | Buffer,
  { token, course = 0, headers = {} }: {
    token?: string | null,
    course?: number,
    headers?: Record<string, string>,
  } = {}
) {
  const bearer = token === undefined ? await service.token('admin') : token
  const response = await service.server.inject({
    method: 'POST',
    url: `/api/courses/${service.courseIds[course]}/files`,
    headers: {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...headers,
    },
    payload: Array.isArray(parts) ? form(parts) : parts,
  })
  return { status: response.statusCode, headers: response.headers, json: response.json() }
}

/** What is stored, and what is on its way. */
export const left = async (service: TestService) => ({
  kept: await storedCount(service),
  staged: staged(service),
})

export const staged = ({ services }: TestService) => readdirSync(services.config.stagingFolder)
