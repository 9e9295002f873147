import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestService } from '../../support/test-service.ts'

export const SAMPLE = join(import.meta.dirname, '../../../data/sample')
export const BUNDLE = readFileSync(join(SAMPLE, 'open-university-oneroster-1.1.zip'))
export const PHYSICS = readFileSync(join(SAMPLE, 'physics-1.json'))
export const PHYSICS_TEACHER = 'elena.marquez@example.edu'

/** Uploads as a browser does. */
export async function upload (
  service: TestService,
  path: string,
  file: { name: string, bytes: Uint8Array | string } | undefined,
  fields: Record<string, string> = {},
  token?: string | null
) {
  const form = new FormData()
  if (file !== undefined) form.set('file', new File([file.bytes as Uint8Array<ArrayBuffer>], file.name))
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  const body = new Response(form)
  const bearer = token === null ? undefined : token ?? await service.token('admin')
  const response = await service.server.inject({
    method: 'POST',
    url: path,
    headers: {
      'content-type': body.headers.get('content-type')!,
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    },
    payload: Buffer.from(await body.arrayBuffer()),
  })
  const answer = {
    status: response.statusCode,
    headers: response.headers,
    json: response.json() as { id: number, code: string, message: string, job: string },
  }
  if (answer.status === 202) await service.services.runner.drain()
  return answer
}
export const result = async (service: TestService, id: number, token?: string) =>
  (await service.call('GET', `/api/imports/${id}`, token === undefined ? {} : { token })).json()
